package import TeleModel
internal import TeleQL
package import TeleQuery

/// What an expression gives at one time, whatever its language.
package struct RuleVector: Sendable {
    package struct Sample: Sendable {
        package var labels: LabelSet
        /// 0 for a histogram.
        package var value: Double
        package var histogram: NativeHistogram?

        package init(labels: LabelSet, value: Double, histogram: NativeHistogram? = nil) {
            self.labels = labels
            self.value = value
            self.histogram = histogram
        }
    }

    package var samples: [Sample] = []
    package var warnings: [String] = []

    package init() {}

    package init(_ answer: PromAnswer) throws(RuleQueryError) {
        self = try RuleVector.all(answer, count: 1).first ?? RuleVector()
    }

    /// A vector each step of a query over a grid.
    static func all(_ answer: PromAnswer, count: Int) throws(RuleQueryError) -> [RuleVector] {
        var out = Array(repeating: RuleVector(), count: count)
        switch answer.result {
        case .scalar(let values):
            for step in 0..<count {
                let value = step < values.count ? values[step] : .nan
                out[step].samples = [Sample(labels: .empty, value: value)]
            }
        case .vector(let block):
            for row in 0..<block.count {
                for step in 0..<min(count, block.steps) {
                    let cell = row * block.steps + step
                    switch block.state[cell] {
                    case PromBlock.float:
                        out[step].samples.append(Sample(labels: block.labels[row], value: block.values[cell]))
                    case PromBlock.histogram:
                        let histogram = block.histograms[cell]
                        out[step].samples.append(Sample(labels: block.labels[row], value: 0, histogram: histogram))
                    default: break
                    }
                }
            }
        case .string, .matrix: throw RuleQueryError("rule result is not a vector or scalar")
        }
        return out
    }

    package init(_ result: LogMetricResult) {
        switch result {
        case .scalar(let value): samples = [Sample(labels: .empty, value: value)]
        case .matrix(let series):
            for one in series {
                guard let value = one.values.first ?? nil else { continue }
                samples.append(Sample(labels: LabelSet(one.labels), value: value))
            }
        }
    }

    /// `resource.service.name` becomes `service_name`: what labels of metrics and logs are called.
    package init(_ series: [TraceSeries]) {
        for one in series {
            guard let value = one.values.first, !value.isNaN else { continue }
            var labels: [(name: String, value: String)] = []
            for label in one.labels where label.name != "__name__" {
                var name = label.name
                for scope in ["resource.", "span.", "event.", "link.", "instrumentation.", "."]
                where name.hasPrefix(scope) {
                    name = String(name.dropFirst(scope.count))
                    break
                }
                let plain = LokiMapping.sanitised(name)
                let isTaken = labels.contains { $0.name == plain }
                labels.append(
                    (isTaken ? LokiMapping.sanitised(label.name) : plain, TraceValueText.text(of: label.value)))
            }
            samples.append(Sample(labels: LabelSet(labels), value: value))
        }
    }
}

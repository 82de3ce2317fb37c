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
        switch answer.result {
        case .scalar(let values): samples = [Sample(labels: .empty, value: values.first ?? .nan)]
        case .vector(let block):
            samples.reserveCapacity(block.count)
            for row in 0..<block.count {
                switch block.state[row * block.steps] {
                case PromBlock.float:
                    samples.append(Sample(labels: block.labels[row], value: block.values[row * block.steps]))
                case PromBlock.histogram:
                    let histogram = block.histograms[row * block.steps]
                    samples.append(Sample(labels: block.labels[row], value: 0, histogram: histogram))
                default: break
                }
            }
        case .string, .matrix: throw RuleQueryError("rule result is not a vector or scalar")
        }
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

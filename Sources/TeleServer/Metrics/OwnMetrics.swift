internal import TeleModel

/// The families of a process's own metrics at one moment, as `/metrics` shows them and as the store takes them.
package struct OwnMetrics: Sendable {
    package struct Sample: Sendable {
        /// `_bucket`, `_sum` and `_count` of a histogram; else empty.
        var suffix = ""
        var labels: [(String, String)]
        var value: Double
    }

    package struct Family: Sendable {
        var name: String
        var kind: Kind
        var help: String
        var samples: [Sample] = []
    }

    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    package private(set) var families: [Family] = []

    package init() {}

    /// Begins a family; its samples follow.
    package mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        families.append(Family(name: name, kind: kind, help: help))
    }

    package mutating func sample(_ labels: [(String, String)], _ value: Double, suffix: String = "") {
        guard !families.isEmpty else { return }
        families[families.count - 1].samples.append(Sample(suffix: suffix, labels: labels, value: value))
    }

    package mutating func sample(_ labels: [(String, String)], _ value: Int) { sample(labels, Double(value)) }

    /// A family of one sample.
    package mutating func counter(_ name: String, _ help: String, _ value: Double) {
        family(name, .counter, help)
        sample([], value)
    }

    package mutating func counter(_ name: String, _ help: String, _ value: Int) { counter(name, help, Double(value)) }

    package mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        family(name, .gauge, help)
        sample([], value)
    }

    package mutating func gauge(_ name: String, _ help: String, _ value: Int) { gauge(name, help, Double(value)) }

    /// One histogram of the family at hand. `cumulative` has one more than there are bounds.
    package mutating func histogram(_ labels: [(String, String)], bounds: [Double], cumulative: [Int], sum: Double) {
        for (i, count) in cumulative.enumerated() {
            let bound = i < bounds.count ? FloatText.string(bounds[i]) : "+Inf"
            sample(labels + [("le", bound)], Double(count), suffix: "_bucket")
        }
        sample(labels, sum, suffix: "_sum")
        sample(labels, Double(cumulative.last ?? 0), suffix: "_count")
    }

    package mutating func histogram(_ labels: [(String, String)], _ durations: DurationHistogram) {
        let (cumulative, sum) = durations.snapshot
        histogram(labels, bounds: DurationHistogram.bounds, cumulative: cumulative, sum: sum)
    }

    /// Prometheus' text exposition format 0.0.4.
    package var text: String {
        var out = ""
        for family in families where !family.samples.isEmpty {
            out += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples {
                let labels = sample.labels.map { "\($0)=\(ExpositionText.quoted($1))" }.joined(separator: ",")
                let name = family.name + sample.suffix + (labels.isEmpty ? "" : "{\(labels)}")
                out += "\(name) \(FloatText.string(sample.value, .json))\n"
            }
        }
        return out
    }
}

package import TeleModel

/// Selected series and their samples, flat: series `i` has the float samples `offsets[i] ..< offsets[i+1]`, ordered by
/// time, times distinct, staleness markers included; and the histograms likewise. Series are ordered by label bytes.
package struct SeriesData: Sendable {
    package var labels: [LabelSet] = []
    package var offsets: [Int] = [0]
    /// Unix milliseconds.
    package var times: [Int64] = []
    package var values: [Double] = []
    /// When the counter behind each sample started, unix milliseconds, 0 where not known; empty where none is.
    package var started: [Int64] = []

    package var histogramOffsets: [Int] = [0]
    package var histogramTimes: [Int64] = []
    package var histograms: [NativeHistogram] = []
    package var histogramStarted: [Int64] = []

    package init() {}
    package var count: Int { labels.count }
}

package struct ExemplarData: Sendable {
    package var labels: LabelSet
    package var exemplars: [(time: Int64, value: Double, labels: LabelSet)]

    package init(labels: LabelSet, exemplars: [(time: Int64, value: Double, labels: LabelSet)]) {
        self.labels = labels
        self.exemplars = exemplars
    }
}

package struct MetricMetadata: Hashable, Sendable {
    package var name: String
    package var type: MetricType
    package var unit: String
    package var help: String

    package init(name: String, type: MetricType, unit: String, help: String) {
        self.name = name
        self.type = type
        self.unit = unit
        self.help = help
    }
}

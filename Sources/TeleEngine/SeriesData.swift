package import TeleModel

/// Selected series and their samples, flat: series `i` has the float samples `offsets[i] ..< offsets[i+1]`, ordered by
/// time, times distinct, staleness markers included; and the histograms likewise. Series are ordered by label bytes.
package struct SeriesData: Sendable {
    package var labels: [LabelSet] = []
    package var offsets: [Int] = [0]
    /// Unix milliseconds.
    package var times: [Int64] = []
    package var values: [Double] = []
    /// When the counter behind each sample started, unix milliseconds, 0 where not known; empty where none is, or where
    /// ``startedAll`` says it.
    package var started: [Int64] = []
    /// By series: when the counter behind all of its float samples started, where that is one time, which is usual; 0
    /// where not known, and where ``started`` tells. Empty where there is none.
    package var startedAll: [Int64] = []

    package var histogramOffsets: [Int] = [0]
    package var histogramTimes: [Int64] = []
    package var histograms: [NativeHistogram] = []
    package var histogramStarted: [Int64] = []

    package init() {}
    package var count: Int { labels.count }

    /// Notes that all float samples of a series, those from `offsets[series]` on, have a start time.
    package mutating func setStarted(_ start: Int64, ofAll series: Int) {
        if start == 0 { return }
        while startedAll.count <= series { startedAll.append(0) }
        startedAll[series] = start
    }

    /// Moves start times from ``startedAll`` to ``started`` where `isWanted`.
    package mutating func spreadStarts(where isWanted: (_ series: Int, _ started: Int64) -> Bool) {
        for series in startedAll.indices where startedAll[series] != 0 && isWanted(series, startedAll[series]) {
            if started.isEmpty { started = [Int64](repeating: 0, count: times.count) }
            for i in offsets[series]..<offsets[series + 1] { started[i] = startedAll[series] }
            startedAll[series] = 0
        }
    }
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

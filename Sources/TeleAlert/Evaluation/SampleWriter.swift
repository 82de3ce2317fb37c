internal import TeleModel

/// Collects what rules write into one batch; a series is written once.
struct SampleWriter {
    private(set) var batch = SampleBatch()
    private var index: [LabelSet: UInt32] = [:]
    /// Metric names in the batch, which rules further down may read.
    private(set) var names: Set<String> = []

    var isEmpty: Bool { batch.count == 0 }

    mutating func add(_ labels: LabelSet, name: String, time: Int64, value: Double) {
        batch.series.append(series(labels, name))
        batch.time.append(time)
        batch.value.append(value)
        batch.started.append(0)
    }

    mutating func add(_ labels: LabelSet, name: String, time: Int64, histogram: NativeHistogram) {
        var bytes: [UInt8] = []
        histogram.encode(into: &bytes)
        batch.histogramSeries.append(series(labels, name))
        batch.histogramTime.append(time)
        batch.histogramStarted.append(0)
        batch.histogram.append(batch.heap.append(bytes))
    }

    private mutating func series(_ labels: LabelSet, _ name: String) -> UInt32 {
        names.insert(name)
        if let known = index[labels] { return known }
        let number = UInt32(batch.seriesLabels.count)
        index[labels] = number
        batch.seriesLabels.append(batch.heap.append(labels.bytes))
        batch.seriesHash.append(labels.fingerprint)
        return number
    }
}

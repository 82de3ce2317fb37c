internal import Synchronization
package import TeleEngine
package import TeleModel

/// A storage engine by definition: batches in arrays, every query a walk over all of them. What the real engine and
/// the evaluators are held against; never fast.
package final class MemoryEngine: StorageEngine {
    internal let state = Mutex(MemoryHistory())

    package init() {}

    package func append(_ batch: LogBatch) async throws(EngineError) {
        add { if batch.count > 0 { $0.logs.append(batch) } }
    }

    package func append(_ batch: SpanBatch) async throws(EngineError) {
        add { if batch.count > 0 { $0.spans.append(batch) } }
    }

    package func append(_ batch: SampleBatch) async throws(EngineError) { add { $0.add(batch) } }

    /// Adds samples of one series without a batch.
    package func append(_ labels: LabelSet, times: [Int64], values: [Double]) {
        add { state in
            for (time, value) in zip(times, values) { state.series[labels, default: .init()].samples[time] = value }
        }
    }

    /// Says when the counters behind samples started.
    package func append(_ labels: LabelSet, times: [Int64], started: [Int64]) {
        add { state in
            for (time, value) in zip(times, started) { state.series[labels, default: .init()].started[time] = value }
        }
    }

    package func append(_ labels: LabelSet, times: [Int64], histograms: [NativeHistogram]) {
        add { state in
            for (time, value) in zip(times, histograms) {
                state.series[labels, default: .init()].histograms[time] = value
            }
        }
    }

    private func add(_ change: @escaping @Sendable (inout MemorySnapshot) -> Void) {
        state.withLock { $0.append(change) }
    }

    package func removeAll() { state.withLock { $0 = MemoryHistory() } }

    package func snapshot() -> any EngineSnapshot { state.withLock { $0.now } }
}

/// What a ``MemoryEngine`` held at one moment.
package struct MemorySnapshot: EngineSnapshot {
    internal struct Series: Sendable {
        var samples: [Int64: Double] = [:]
        var histograms: [Int64: NativeHistogram] = [:]
        var started: [Int64: Int64] = [:]
        var exemplars: [(time: Int64, value: Double, labels: LabelSet)] = []
    }

    internal var logs: [LogBatch] = []
    internal var spans: [SpanBatch] = []
    internal var series: [LabelSet: Series] = [:]
    internal var metricMetadata: [MetricMetadata] = []

    internal init() {}

    /// The last sample of a series at one time wins.
    internal mutating func add(_ batch: SampleBatch) {
        let labels = batch.seriesLabels.map { LabelSet(canonical: Array(batch.heap[$0])) }
        for i in batch.time.indices {
            let owner = labels[Int(batch.series[i])]
            series[owner, default: .init()].samples[batch.time[i]] = batch.value[i]
            if i < batch.started.count { series[owner]?.started[batch.time[i]] = batch.started[i] }
        }
        for i in batch.histogramTime.indices {
            let bytes = Array(batch.heap[batch.histogram[i]])
            guard let histogram = NativeHistogram(encoded: bytes.span) else { continue }
            let owner = labels[Int(batch.histogramSeries[i])]
            series[owner, default: .init()].histograms[batch.histogramTime[i]] = histogram
            if i < batch.histogramStarted.count {
                series[owner]?.started[batch.histogramTime[i]] = batch.histogramStarted[i]
            }
        }
        for i in batch.exemplarTime.indices {
            let own = LabelSet(canonical: Array(batch.heap[batch.exemplarLabels[i]]))
            series[labels[Int(batch.exemplarSeries[i])], default: .init()].exemplars.append(
                (batch.exemplarTime[i], batch.exemplarValue[i], own))
        }
        for i in batch.metadataName.indices {
            metricMetadata.append(
                MetricMetadata(
                    name: batch.heap.string(batch.metadataName[i]),
                    type: MetricType(rawValue: batch.metadataType[i]) ?? .unknown,
                    unit: batch.heap.string(batch.metadataUnit[i]), help: batch.heap.string(batch.metadataHelp[i])))
        }
    }

    package func metadata() -> [MetricMetadata] { metricMetadata }

    private func matching(_ selection: SeriesSelection) -> [(LabelSet, Series)] {
        series.filter { labels, _ in
            selection.matchers.allSatisfy { $0.accepts(labels[$0.name] ?? "") }
        }
        .sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        .map { ($0.key, $0.value) }
    }

    package func select(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> SeriesData {
        var out = SeriesData()
        for (labels, series) in matching(selection) {
            let floats = series.samples.keys.filter(selection.time.contains).sorted()
            let histograms = series.histograms.keys.filter(selection.time.contains).sorted()
            if floats.isEmpty, histograms.isEmpty { continue }
            try budget.charge(rows: floats.count + histograms.count)
            out.labels.append(labels)
            out.times.append(contentsOf: floats)
            out.values.append(contentsOf: floats.compactMap { series.samples[$0] })
            out.offsets.append(out.times.count)
            out.started.append(contentsOf: floats.map { series.started[$0] ?? 0 })
            out.histogramStarted.append(contentsOf: histograms.map { series.started[$0] ?? 0 })
            out.histogramTimes.append(contentsOf: histograms)
            out.histograms.append(contentsOf: histograms.compactMap { series.histograms[$0] })
            out.histogramOffsets.append(out.histogramTimes.count)
        }
        // As the store says it where it is one time for all.
        for series in 0..<out.count {
            let rows = out.offsets[series]..<out.offsets[series + 1]
            guard let one = out.started[rows].first, out.started[rows].allSatisfy({ $0 == one }) else { continue }
            out.setStarted(one, ofAll: series)
            for i in rows { out.started[i] = 0 }
        }
        if !out.startedAll.isEmpty {
            out.startedAll.append(contentsOf: repeatElement(0, count: out.count - out.startedAll.count))
        }
        if out.started.allSatisfy({ $0 == 0 }) { out.started = [] }
        if out.histogramStarted.allSatisfy({ $0 == 0 }) { out.histogramStarted = [] }
        return out
    }

    package func series(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [LabelSet] {
        try select(selection, budget: budget).labels
    }

    package func exemplars(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [ExemplarData] {
        matching(selection).compactMap { labels, series in
            let inRange = series.exemplars.filter { selection.time.contains($0.time) }
            return inRange.isEmpty ? nil : ExemplarData(labels: labels, exemplars: inRange)
        }
    }
}

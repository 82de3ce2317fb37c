package import TeleEngine
package import TeleModel

/// The samples that are not in a segment yet. A value behind the store's lock: one writer appends, and ``snapshot()``
/// hands out views that never change, at the price of copying at most a block of the journal on the next append.
///
/// Road of a sample: the batch's series are resolved to the head's (hash, then bytes); the sample goes into the journal
/// in order of arrival; a full journal becomes a run of encoded chunks by series; runs of like size become one.
package struct SampleHead: Sendable {
    var table = SeriesTable()
    var journal = SampleJournal()
    /// Oldest first; each is at least ``fanIn`` times as large as the ones behind it, about.
    var runs: [SampleRun] = []
    var histograms = HistogramRows()
    var exemplars = ExemplarRows()
    var metadata = MetadataTable()
    var starts = StartTimes()
    let indexes = HeadIndexCache()
    /// Working memory: the head's series for each of the batch's.
    private var ids: [UInt32] = []
    private var runBytes = 0

    /// Runs of one size that are put together: each sample is encoded again once a step.
    private static let fanIn = 8

    /// Unix milliseconds of the oldest and newest float sample or histogram; `minTime > maxTime` while empty.
    package private(set) var minTime = Int64.max
    package private(set) var maxTime = Int64.min
    /// Float samples and histograms taken, duplicates included.
    package private(set) var sampleCount = 0

    package init() {}

    package var seriesCount: Int { table.count }
    package var isEmpty: Bool { sampleCount == 0 && exemplars.rows.isEmpty && metadata.rows.isEmpty }

    /// Memory held, about, without indexes built for queries.
    package var byteCount: Int {
        table.byteCount + journal.byteCount + runBytes + histograms.byteCount + exemplars.byteCount
            + metadata.byteCount + starts.byteCount
    }

    /// Takes a batch that is durable already. Throws `badBatch` where ``check(_:)`` would, and takes nothing then.
    package mutating func append(_ batch: SampleBatch) throws(EngineError) {
        try SampleHead.check(batch)
        try append(checked: batch)
    }

    /// Takes a batch that ``check(_:)`` has seen.
    mutating func append(checked batch: SampleBatch) throws(EngineError) {
        try resolve(batch)
        note(batch.time.span)
        note(batch.histogramTime.span)
        sampleCount += batch.count
        journal.append(
            series: batch.series.span, times: batch.time.span, values: batch.value.span, ids: ids)
        starts.append(
            series: batch.series.span, times: batch.time.span, started: batch.started.span, ids: ids,
            seriesCount: table.count)
        for i in batch.histogramTime.indices {
            histograms.append(
                series: ids[Int(batch.histogramSeries[i])], time: batch.histogramTime[i], batch.heap[batch.histogram[i]]
            )
        }
        starts.append(
            series: batch.histogramSeries.span, times: batch.histogramTime.span, started: batch.histogramStarted.span,
            ids: ids, seriesCount: table.count)
        for i in batch.exemplarTime.indices {
            exemplars.append(
                ExemplarRows.Row(
                    series: ids[Int(batch.exemplarSeries[i])], time: batch.exemplarTime[i],
                    value: batch.exemplarValue[i], labels: Array(batch.heap[batch.exemplarLabels[i]])))
        }
        appendMetadata(batch)
        if journal.count >= journalRows { compact() }
    }

    /// So many rows that a series has some 32 of them when they are encoded, within bounds on memory and pause.
    private var journalRows: Int { min(1 << 20, max(1 << 16, table.count * 32)) }

    private mutating func resolve(_ batch: SampleBatch) throws(EngineError) {
        ids.removeAll(keepingCapacity: true)
        let heap = batch.heap.bytes.span.bytes
        for i in batch.seriesLabels.indices {
            let labels = heap.extracting(batch.seriesLabels[i].range)
            guard let id = table.intern(labels, hash: batch.seriesHash[i]) else {
                throw .badBatch("series \(i) has malformed labels")
            }
            ids.append(id)
        }
    }

    private mutating func note(_ times: borrowing Span<Int64>) {
        var low = minTime
        var high = maxTime
        for i in 0..<times.count {
            low = min(low, times[i])
            high = max(high, times[i])
        }
        minTime = low
        maxTime = high
    }

    private mutating func appendMetadata(_ batch: SampleBatch) {
        let heap = batch.heap.bytes.span.bytes
        for i in batch.metadataName.indices {
            let name = Hash64.of(heap.extracting(batch.metadataName[i].range))
            let unit = Hash64.of(heap.extracting(batch.metadataUnit[i].range), seed: name)
            let all = Hash64.of(
                heap.extracting(batch.metadataHelp[i].range), seed: Hash64.combine(unit, UInt64(batch.metadataType[i])))
            if metadata.isKnown(name: name, all: all) { continue }
            metadata.remember(name: name, all: all)
            metadata.set(
                MetricMetadata(
                    name: batch.heap.string(batch.metadataName[i]),
                    type: MetricType(rawValue: batch.metadataType[i]) ?? .unknown,
                    unit: batch.heap.string(batch.metadataUnit[i]), help: batch.heap.string(batch.metadataHelp[i])))
        }
    }

    /// Turns the journal into a run, and the youngest runs into one where enough of a size have come together.
    package mutating func compact() {
        guard journal.count > 0 else { return }
        runs.append(SampleRun(journal, seriesCount: table.count))
        journal = SampleJournal()
        let size = runs[runs.count - 1].count
        let alike = runs.reversed().prefix { $0.count < size * SampleHead.fanIn / 2 }.count
        // Runs were encoded by this process a moment ago; should one not read, all stay as they are.
        if alike >= SampleHead.fanIn, let merged = try? SampleRun(merging: Array(runs.suffix(alike))) {
            runs.removeLast(alike)
            runs.append(merged)
        }
        runBytes = runs.reduce(0) { $0 + $1.byteCount }
    }

    /// A view of all that was appended so far.
    package func snapshot() -> SampleHeadSnapshot { SampleHeadSnapshot(self) }
}

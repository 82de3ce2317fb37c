internal import TeleCodec
internal import TeleDisk
package import TeleEngine
internal import TeleModel

extension Store {
    package func snapshot() -> any EngineSnapshot {
        state.withLock { state in
            StoreSnapshot(
                logSegments: state.segments[Signal.logs.index], logBatches: state.logs.batches,
                spanSegments: state.segments[Signal.spans.index], spanBatches: state.spans.batches,
                deletions: state.deletions,
                samples: state.segments[Signal.samples.index].sorted { $0.entry.lastSequence < $1.entry.lastSequence }
                    .compactMap { state.deletions.view(of: $0) }.map { .segment($0) }
                    + [state.samples.sealing, state.samples.head.isEmpty ? nil : state.samples.head]
                    .compactMap { $0.map { .head($0.snapshot()) } })
        }
    }
}

/// The heads and segments of one moment. Holds their memory and files; nothing in it changes.
struct StoreSnapshot: EngineSnapshot {
    let logSegments: [SegmentReader]
    let logBatches: [HeadBatch<LogSignal>]
    let spanSegments: [SegmentReader]
    let spanBatches: [HeadBatch<SpanSignal>]
    let deletions: Deletions
    /// Old to new; without what deletions hide.
    let samples: [SampleSource]
    let spanMemory = SpanBlockMemory()
    let headRows = SpanHeadRows()

    // MARK: Scans

    func scanLogs(
        _ scan: LogScan, budget: QueryBudget, _ body: (LogBatch) throws(EngineError) -> Bool
    ) throws(EngineError) {
        try StoreSnapshot.run(rowScan(scan), logSegments, logBatches, budget, body)
    }

    func rowScan(_ scan: LogScan) -> RowScan<LogSignal> {
        RowScan<LogSignal>(
            time: scan.time, resources: scan.resources, filter: LogFilter(scan.conditions), order: scan.order,
            limitHint: scan.limitHint, columns: scan.columns, exclusions: deletions.logs, labels: scan.labels)
    }

    func scanSpans(
        _ scan: SpanScan, budget: QueryBudget, _ body: (SpanBatch) throws(EngineError) -> Bool
    ) throws(EngineError) {
        let rows = RowScan<SpanSignal>(
            time: scan.time, resources: scan.resources, filter: SpanFilter(scan.conditions), order: scan.order,
            limitHint: scan.limitHint, columns: scan.columns.union(.ids), exclusions: deletions.spans)
        try StoreSnapshot.run(rows, spanSegments, spanBatches, budget, body)
    }

    private static func run<S: RowSignal>(
        _ scan: RowScan<S>, _ segments: [SegmentReader], _ batches: [HeadBatch<S>], _ budget: QueryBudget,
        _ body: (S.Batch) throws(EngineError) -> Bool
    ) throws(EngineError) {
        if scan.time.isEmpty || scan.resources?.isEmpty == true { return }
        var sources: [RowSource<S>] = []
        for segment in segments where overlaps(segment.entry.minTime, segment.entry.maxTime, scan.time) {
            guard let footer = try? segment.footer() else { continue }
            for (index, block) in footer.blocks.enumerated() {
                let meta = block.meta
                guard overlaps(meta.minTime, meta.maxTime, scan.time) else { continue }
                if let resources = scan.resources, !meta.resourceFingerprints.contains(where: resources.contains) {
                    continue
                }
                guard scan.filter.mayMatch(meta) else { continue }
                sources.append(
                    RowSource(
                        origin: .block(segment, footer, index), minTime: meta.minTime, maxTime: meta.maxTime,
                        ordinal: sources.count))
            }
            try budget.charge()
        }
        for batch in batches where overlaps(batch.minTime, batch.maxTime, scan.time) {
            sources.append(
                RowSource(
                    origin: .batch(batch.batch), minTime: batch.minTime, maxTime: batch.maxTime, ordinal: sources.count)
            )
        }
        var sweep = RowSweep(scan, sources: sources, budget: budget)
        try sweep.run(body)
    }

    static func overlaps(_ low: UInt64, _ high: UInt64, _ time: Range<UInt64>) -> Bool {
        low < time.upperBound && high >= time.lowerBound
    }

    // MARK: Resources

    func logResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore {
        try StoreSnapshot.resources(logSegments, logBatches, time, deletions.logs, budget)
    }

    func spanResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore {
        try StoreSnapshot.resources(spanSegments, spanBatches, time, deletions.spans, budget)
    }

    /// Segments tell by a block's meta which resources it has; one block that has a resource says what it is.
    private static func resources<S: RowSignal>(
        _ segments: [SegmentReader], _ batches: [HeadBatch<S>], _ time: Range<UInt64>,
        _ exclusions: [RowExclusion<S>], _ budget: QueryBudget
    ) throws(EngineError) -> BatchCore {
        var known: Set<UInt64> = []
        var builder = S.Builder()
        for batch in batches where overlaps(batch.minTime, batch.maxTime, time) {
            var rows: [Int] = []
            let fingerprints = S.core(batch.batch).resources.fingerprints
            let times = S.times(batch.batch)
            var isNew = fingerprints.map { !known.contains($0) }
            for (row, resource) in S.resources(batch.batch).enumerated()
            where isNew[Int(resource)] && time.contains(times[row]) {
                isNew[Int(resource)] = false
                known.insert(fingerprints[Int(resource)])
                rows.append(row)
            }
            builder.append(S.strip(batch.batch, to: []), rows: rows)
        }
        for segment in segments where overlaps(segment.entry.minTime, segment.entry.maxTime, time) {
            try budget.charge()
            guard let footer = try? segment.footer() else { continue }
            for (index, block) in footer.blocks.enumerated()
            where overlaps(block.meta.minTime, block.meta.maxTime, time)
                && !block.meta.resourceFingerprints.allSatisfy(known.contains)
            {
                try budget.charge(rows: block.meta.rows)
                do throws(SegmentDamage) {
                    let batch = try S.decode(block, of: segment, columns: [], keys: [], rows: nil)
                    let fingerprints = S.core(batch).resources.fingerprints
                    let hidden = try segment.hidden(nil, of: block, by: exclusions)
                    var rows: [Int] = []
                    var isNew = fingerprints.map { !known.contains($0) }
                    for (row, resource) in S.resources(batch).enumerated()
                    where isNew[Int(resource)] && !(hidden?[row] ?? false) {
                        isNew[Int(resource)] = false
                        known.insert(fingerprints[Int(resource)])
                        rows.append(row)
                    }
                    builder.append(batch, rows: rows)
                } catch {
                    segment.report("block \(index)", error.message)
                }
            }
        }
        return S.core(builder.finish())
    }
}

internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// What a deletion hides of logs or spans: rows of segments that hold nothing later than ``through``. Heads are never
/// concerned, since a deletion seals what there is first.
struct RowExclusion<S: RowSignal>: Sendable {
    /// The last log record that was there when the deletion was asked for.
    let through: UInt64
    let time: Range<UInt64>
    let resources: Set<UInt64>?
    let filter: S.Filter
    /// Rows whose body is no string stay.
    let needsTextBody: Bool

    func mayHide(rowsOf entry: SegmentEntry) -> Bool {
        entry.lastSequence <= through && StoreSnapshot.overlaps(entry.minTime, entry.maxTime, time)
    }

    func mayHide(_ meta: BlockMeta) -> Bool {
        guard StoreSnapshot.overlaps(meta.minTime, meta.maxTime, time) else { return false }
        if let resources, !meta.resourceFingerprints.contains(where: resources.contains) { return false }
        return filter.mayMatch(meta)
    }

    /// The rows that it hides of a batch with the filter's columns.
    func hidden(of batch: S.Batch) -> [Int] {
        let times = S.times(batch)
        let owners = S.resources(batch)
        let wanted = resources.map { set in S.core(batch).resources.fingerprints.map { set.contains($0) } }
        var rows = times.indices.filter { row in
            time.contains(times[row]) && (wanted.map { $0[Int(owners[row])] } ?? true)
        }
        if needsTextBody { S.keepTextBodies(&rows, of: batch) }
        filter.keep(&rows, of: batch)
        return rows
    }
}

extension RowExclusion<LogSignal> {
    init(_ scan: LogScan, through: UInt64) {
        self.through = through
        time = scan.time
        resources = scan.resources
        filter = LogFilter(scan.conditions.map(\.decided))
        needsTextBody = scan.conditions.contains(where: \.needsTextBody)
    }
}

extension RowExclusion<SpanSignal> {
    init(_ scan: SpanScan, through: UInt64) {
        self.through = through
        time = scan.time
        resources = scan.resources
        filter = SpanFilter(scan.conditions.map(\.decided))
        needsTextBody = false
    }
}

extension SegmentReader {
    /// Which of a block's rows deletions hide, a flag for each of `rows` (rising numbers; nil: all of the block's); nil
    /// where none is. Reads of the block what the deletions look at; costs nothing where none may concern the block.
    func hidden<S: RowSignal>(
        _ rows: [Int]?, of block: SegmentFooter.Block, _ opened: S.Opened? = nil, by exclusions: [RowExclusion<S>]
    ) throws(SegmentDamage) -> [Bool]? {
        if exclusions.isEmpty { return nil }
        let concerned = exclusions.filter { $0.mayHide(rowsOf: entry) && $0.mayHide(block.meta) }
        guard let first = concerned.first, rows?.isEmpty != true else { return nil }
        var columns = first.filter.columns
        var keys: [String] = []
        for exclusion in concerned {
            columns.formUnion(exclusion.filter.columns)
            keys += exclusion.filter.keys
        }
        let batch = try S.decode(opened ?? S.open(block, of: self), columns: columns, keys: keys, rows: rows)
        guard S.count(batch) == rows?.count ?? block.meta.rows else {
            throw SegmentDamage("a block of another row count")
        }
        var flags = [Bool](repeating: false, count: S.count(batch))
        var isAny = false
        for exclusion in concerned {
            for row in exclusion.hidden(of: batch) {
                flags[row] = true
                isAny = true
            }
        }
        return isAny ? flags : nil
    }

    /// The rows (rising numbers) that no deletion hides.
    func visible<S: RowSignal>(
        _ rows: [Int], of block: SegmentFooter.Block, _ opened: S.Opened, by exclusions: [RowExclusion<S>]
    ) throws(SegmentDamage) -> [Int] {
        guard let hidden = try hidden(rows, of: block, opened, by: exclusions) else { return rows }
        return zip(rows, hidden).filter { !$0.1 }.map(\.0)
    }
}

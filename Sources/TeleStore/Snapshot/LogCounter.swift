internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Counts block by block, and puts aside what has to be looked at row by row.
struct LogCounter {
    private let counting: LogCounting
    private let budget: QueryBudget
    private let filter: LogFilter
    /// The severities that count, where nothing else is asked of a record.
    private let severity: ClosedRange<Int32>?
    private let isByFooter: Bool
    private var mayBecomeLabel: [String: Bool] = [:]
    private(set) var counts: LogCounts
    /// Sources some of whose rows deletions may hide.
    private(set) var hiding: [RowSource<LogSignal>] = []
    private(set) var undecided: [RowSource<LogSignal>] = []

    init(_ counting: LogCounting, budget: QueryBudget) {
        self.counting = counting
        self.budget = budget
        filter = LogFilter(counting.scan.conditions)
        counts = LogCounts(counting)
        var severity: ClosedRange<Int32>?
        var isByFooter = true
        for condition in counting.scan.conditions {
            guard case .severity(let range) = condition, severity == nil else {
                isByFooter = false
                continue
            }
            severity = range
        }
        self.severity = severity
        self.isByFooter = isByFooter
    }

    /// What counting looks at beside time and resource.
    var neededColumns: LogColumns {
        var columns = filter.columns
        if counting.bySeverity { columns.insert(.severity) }
        if counting.countsBytes { columns.insert(.body) }
        return columns
    }

    mutating func count(_ batch: LogBatch, rows: [Int]?) throws(EngineError) {
        let groups = counts.groups.count
        counts.add(batch, rows: rows, counting)
        try budget.charge(bytes: (counts.groups.count - groups) * counts.bytesPerGroup)
    }

    // MARK: Blocks

    mutating func add(
        _ segment: SegmentReader, _ footer: SegmentFooter, _ index: Int, isWhole: Bool
    ) throws(EngineError) {
        guard let source = toLookAt(segment, footer, index, isWhole: isWhole) else { return }
        let block = footer.blocks[index]
        if try addByFooter(block.meta) { return }
        try budget.charge(rows: block.meta.rows)
        do throws(SegmentDamage) {
            guard let found = try read(LogSignal.open(block, of: segment)) else { return }
            guard let rows = rows(of: found.batch) else { return undecided.append(source) }
            counts.add(found.batch, rows: rows.count == found.batch.count ? nil : rows, counting)
        } catch {
            segment.report("block \(index)", error.message)
        }
        try budget.charge()
    }

    /// The templates of a block's records; nil where there are none, or the block was put aside.
    mutating func templates(
        _ segment: SegmentReader, _ footer: SegmentFooter, _ index: Int, isWhole: Bool
    ) throws(EngineError) -> LogTemplates? {
        guard let source = toLookAt(segment, footer, index, isWhole: isWhole) else { return nil }
        let block = footer.blocks[index]
        try budget.charge(rows: block.meta.rows)
        do throws(SegmentDamage) {
            let opened = LogSignal.open(block, of: segment)
            guard let found = try read(opened) else { return nil }
            guard let rows = rows(of: found.batch), let templates = try LogSignal.templates(opened) else {
                undecided.append(source)
                return nil
            }
            return LogTemplates(text: templates.text, ends: templates.ends, found.batch, rows: rows, counting) {
                templates.codes[found.numbers?[$0] ?? $0]
            }
        } catch {
            segment.report("block \(index)", error.message)
            return nil
        }
    }

    /// The block as a source where it has something to count and can be counted here; else it is put aside if it has.
    private mutating func toLookAt(
        _ segment: SegmentReader, _ footer: SegmentFooter, _ index: Int, isWhole: Bool
    ) -> RowSource<LogSignal>? {
        let scan = counting.scan
        let meta = footer.blocks[index].meta
        guard StoreSnapshot.overlaps(meta.minTime, meta.maxTime, scan.time),
            scan.resources.map({ meta.resourceFingerprints.contains(where: $0.contains) }) ?? true,
            filter.mayMatch(meta), mayCount(meta)
        else { return nil }
        let source = RowSource<LogSignal>(
            origin: .block(segment, footer, index), minTime: meta.minTime, maxTime: meta.maxTime,
            ordinal: undecided.count + hiding.count)
        if mayHaveLabels(meta) || counting.passesUndecided {
            undecided.append(source)
            return nil
        }
        if isWhole { return source }
        hiding.append(source)
        return nil
    }

    /// The rows that may pass with what decides it, and their numbers within the block (nil: all); nil without any.
    private func read(_ block: LogBlockReader) throws(SegmentDamage) -> (batch: LogBatch, numbers: [Int]?)? {
        let candidates = try LogSignal.candidates(block, filter)
        if let candidates, candidates.isEmpty { return nil }
        let batch = try LogSignal.decode(block, columns: neededColumns, keys: filter.keys, rows: candidates)
        guard batch.count == candidates?.count ?? block.meta.rows else {
            throw SegmentDamage("a block of another row count")
        }
        return (batch, candidates)
    }

    private func mayCount(_ meta: BlockMeta) -> Bool {
        guard let first = counting.edges.first, let last = counting.edges.last else { return false }
        return meta.maxTime >= first && meta.minTime < last
    }

    private mutating func addByFooter(_ meta: BlockMeta) throws(EngineError) -> Bool {
        guard isByFooter, !meta.counts.isEmpty, counting.scan.time.contains(meta.minTime),
            counting.scan.time.contains(meta.maxTime), let bucket = counting.bucket(of: meta.minTime),
            meta.maxTime < counting.edges[bucket + 1]
        else { return false }
        for count in meta.counts {
            let resource = meta.resourceFingerprints[count.resource]
            if let wanted = counting.scan.resources, !wanted.contains(resource) { continue }
            if let severity, !severity.contains(count.severity) { continue }
            let group =
                counting.bySeverity
                ? LogCounts.Group(resource: resource, severity: count.severity, severityText: count.severityText)
                : LogCounts.Group(resource: resource)
            let groups = counts.groups.count
            let number = counts.number(of: group)
            if counts.groups.count > groups { try budget.charge(bytes: counts.bytesPerGroup) }
            counts.add(group: number, bucket: bucket, rows: count.rows, bytes: count.lineBytes)
        }
        return true
    }

    private mutating func mayHaveLabels(_ meta: BlockMeta) -> Bool {
        if counting.labels.isEmpty { return false }
        guard let keys = meta.keys, let scopeKeys = meta.scopeKeys else { return true }
        return keys.contains { mayHaveLabel($0) } || scopeKeys.contains { mayHaveLabel($0) }
    }

    private mutating func mayHaveLabel(_ key: String) -> Bool {
        if let known = mayBecomeLabel[key] { return known }
        let may = counting.mayBecomeLabel(key)
        mayBecomeLabel[key] = may
        return may
    }

    // MARK: Rows

    /// The rows that pass; nil where some pass because nothing can be told of them.
    private func rows(of batch: LogBatch) -> [Int]? {
        let scan = counting.scan
        var rows: [Int]
        let wanted = scan.resources.map { wanted in batch.core.resources.fingerprints.map { wanted.contains($0) } }
        if wanted?.contains(false) ?? false || !allLie(batch, in: scan.time) {
            rows = []
            for row in 0..<batch.count where scan.time.contains(batch.timestamp(row)) {
                if let wanted, !wanted[Int(batch.resource[row])] { continue }
                rows.append(row)
            }
        } else {
            rows = Array(0..<batch.count)
        }
        if !filter.isEmpty { filter.keep(&rows, of: batch) }
        if counting.looksAtBodies, rows.contains(where: { batch.bodyKind[$0] != ValueKind.string.rawValue }) {
            return nil
        }
        return rows
    }

    private func allLie(_ batch: LogBatch, in time: Range<UInt64>) -> Bool {
        for row in 0..<batch.count where !time.contains(batch.timestamp(row)) { return false }
        return true
    }

    mutating func add(_ batch: HeadBatch<LogSignal>) throws(EngineError) {
        if let rows = try rows(of: batch) { try count(batch.batch, rows: rows) }
    }

    /// The same as of blocks, of lines that are in memory.
    mutating func templates(_ head: HeadBatch<LogSignal>) throws(EngineError) -> LogTemplates? {
        guard let rows = try rows(of: head), !rows.isEmpty else { return nil }
        let batch = head.batch
        let string = ValueKind.string.rawValue
        guard !rows.contains(where: { batch.bodyKind[$0] != string }) else {
            putAside(head)
            return nil
        }
        let templates = BodyTemplates(rows.map { batch.bodyValue($0).range }, batch.core.heap)
        var places = [UInt32](repeating: 0, count: batch.count)
        for (place, row) in rows.enumerated() { places[row] = templates.codes[place] }
        return LogTemplates(text: templates.text, ends: templates.ends, batch, rows: rows, counting) { places[$0] }
    }

    /// The rows that count; nil where the batch was put aside.
    private mutating func rows(of batch: HeadBatch<LogSignal>) throws(EngineError) -> [Int]? {
        try budget.charge(rows: batch.rows)
        var mayHaveLabels = false
        if !counting.labels.isEmpty {
            for key in batch.batch.core.keys where mayHaveLabel(batch.batch.core.heap.string(key)) {
                mayHaveLabels = true
            }
        }
        if !mayHaveLabels, !counting.passesUndecided, let rows = rows(of: batch.batch) { return rows }
        putAside(batch)
        return nil
    }

    private mutating func putAside(_ batch: HeadBatch<LogSignal>) {
        undecided.append(
            RowSource(
                origin: .batch(batch.batch), minTime: batch.minTime, maxTime: batch.maxTime,
                ordinal: undecided.count + hiding.count))
    }
}

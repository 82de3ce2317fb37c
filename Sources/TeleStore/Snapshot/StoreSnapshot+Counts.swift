internal import TeleCodec
internal import TeleEngine
internal import TeleModel

extension StoreSnapshot {
    /// Blocks that lie in one bucket are counted by their entries in the footer; of others the times are read, and
    /// what else the counting looks at, never a text that it does not.
    func countLogs(
        _ counting: LogCounting, budget: QueryBudget, _ undecided: (LogBatch) throws(EngineError) -> Void
    ) throws(EngineError) -> LogCounts {
        var counter = LogCounter(counting, budget: budget)
        guard counting.bucketCount > 0, !counting.scan.time.isEmpty, counting.scan.resources?.isEmpty != true else {
            return counter.counts
        }
        let time = counting.scan.time
        for segment in logSegments where StoreSnapshot.overlaps(segment.entry.minTime, segment.entry.maxTime, time) {
            try budget.charge()
            guard let footer = try? segment.footer() else { continue }
            for (index, block) in footer.blocks.enumerated() {
                // What deletions may hide is counted row by row.
                let isWhole = !deletions.logs.contains { $0.mayHide(rowsOf: segment.entry) && $0.mayHide(block.meta) }
                try counter.add(segment, footer, index, isWhole: isWhole)
            }
        }
        for batch in logBatches where StoreSnapshot.overlaps(batch.minTime, batch.maxTime, time) {
            try counter.add(batch)
        }
        try sweep(counter.hiding, counter.neededColumns, counting, budget) { (batch) throws(EngineError) in
            try counter.count(batch, rows: nil)
        }
        try sweep(counter.undecided, counting.scan.columns, counting, budget, undecided)
        return counter.counts
    }

    func logAttributeKeys(time: Range<UInt64>) -> LogAttributeKeys? {
        var found = LogAttributeKeys()
        for segment in logSegments where StoreSnapshot.overlaps(segment.entry.minTime, segment.entry.maxTime, time) {
            guard let footer = try? segment.footer() else { continue }
            for block in footer.blocks where StoreSnapshot.overlaps(block.meta.minTime, block.meta.maxTime, time) {
                guard let keys = block.meta.keys, let scopeKeys = block.meta.scopeKeys else { return nil }
                found.own.formUnion(keys)
                found.scope.formUnion(scopeKeys)
            }
        }
        for head in logBatches where StoreSnapshot.overlaps(head.minTime, head.maxTime, time) {
            let core = head.batch.core
            guard core.keys.count <= StoreLimits.labelKeys else { return nil }
            for key in core.keys { found.own.insert(core.heap.string(key)) }
            for key in core.scopes.attributes.keys { found.scope.insert(core.heap.string(core.keys[Int(key)])) }
        }
        return found
    }

    private func sweep(
        _ sources: [RowSource<LogSignal>], _ columns: LogColumns, _ counting: LogCounting, _ budget: QueryBudget,
        _ body: (LogBatch) throws(EngineError) -> Void
    ) throws(EngineError) {
        if sources.isEmpty { return }
        var scan = counting.scan
        scan.order = .oldestFirst
        scan.limitHint = nil
        scan.columns = columns
        var sweep = RowSweep(rowScan(scan), sources: sources, budget: budget)
        try sweep.run { (batch: LogBatch) throws(EngineError) -> Bool in
            try body(batch)
            return true
        }
    }
}

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
        let scan = counting.scan
        let block = footer.blocks[index]
        let meta = block.meta
        guard StoreSnapshot.overlaps(meta.minTime, meta.maxTime, scan.time),
            scan.resources.map({ meta.resourceFingerprints.contains(where: $0.contains) }) ?? true,
            filter.mayMatch(meta), mayCount(meta)
        else { return }
        let source = RowSource<LogSignal>(
            origin: .block(segment, footer, index), minTime: meta.minTime, maxTime: meta.maxTime,
            ordinal: undecided.count + hiding.count)
        if mayHaveLabels(meta) || counting.passesUndecided { return undecided.append(source) }
        if !isWhole { return hiding.append(source) }
        if try addByFooter(meta) { return }
        try budget.charge(rows: meta.rows)
        do throws(SegmentDamage) {
            let opened = LogSignal.open(block, of: segment)
            let candidates = try LogSignal.candidates(opened, filter)
            if let candidates, candidates.isEmpty { return }
            let batch = try LogSignal.decode(opened, columns: neededColumns, keys: filter.keys, rows: candidates)
            guard batch.count == candidates?.count ?? meta.rows else {
                throw SegmentDamage("a block of another row count")
            }
            guard let rows = rows(of: batch) else { return undecided.append(source) }
            counts.add(batch, rows: rows.count == batch.count ? nil : rows, counting)
        } catch {
            segment.report("block \(index)", error.message)
        }
        try budget.charge()
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
        try budget.charge(rows: batch.rows)
        var mayHaveLabels = false
        if !counting.labels.isEmpty {
            for key in batch.batch.core.keys where mayHaveLabel(batch.batch.core.heap.string(key)) {
                mayHaveLabels = true
            }
        }
        if !mayHaveLabels, !counting.passesUndecided, let rows = rows(of: batch.batch) {
            return try count(batch.batch, rows: rows)
        }
        undecided.append(
            RowSource(
                origin: .batch(batch.batch), minTime: batch.minTime, maxTime: batch.maxTime,
                ordinal: undecided.count + hiding.count))
    }
}

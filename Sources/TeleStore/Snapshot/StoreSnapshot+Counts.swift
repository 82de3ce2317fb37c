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
        try forEachPart(of: counting, budget) { (part) throws(EngineError) in
            switch part {
            case .block(let segment, let footer, let index, let isWhole):
                try counter.add(segment, footer, index, isWhole: isWhole)
            case .head(let batch): try counter.add(batch)
            }
        }
        try sweep(counter.hiding, counter.neededColumns, counting, budget) { (batch) throws(EngineError) in
            try counter.count(batch, rows: nil)
        }
        try sweep(counter.undecided, counting.scan.columns, counting, budget, undecided)
        return counter.counts
    }

    /// Lines are read only for conditions on them: blocks have the templates beside.
    func countTemplates(
        _ counting: LogCounting, budget: QueryBudget, _ body: (LogTemplates) throws(EngineError) -> Void,
        undecided: (LogBatch) throws(EngineError) -> Void
    ) throws(EngineError) {
        var counting = counting
        counting.bySeverity = true
        counting.countsBytes = false
        var counter = LogCounter(counting, budget: budget)
        try forEachPart(of: counting, budget) { (part) throws(EngineError) in
            let found: LogTemplates?
            switch part {
            case .block(let segment, let footer, let index, let isWhole):
                found = try counter.templates(segment, footer, index, isWhole: isWhole)
            case .head(let batch): found = try counter.templates(batch)
            }
            guard let found, !found.cells.isEmpty else { return }
            try budget.charge(bytes: found.byteCount)
            defer { budget.release(bytes: found.byteCount) }
            try body(found)
        }
        try sweep(counter.hiding + counter.undecided, counting.scan.columns, counting, budget, undecided)
    }

    private enum CountedPart {
        /// `isWhole`: no deletion hides any of its rows.
        case block(SegmentReader, SegmentFooter, Int, isWhole: Bool)
        case head(HeadBatch<LogSignal>)
    }

    private func forEachPart(
        of counting: LogCounting, _ budget: QueryBudget, _ body: (CountedPart) throws(EngineError) -> Void
    ) throws(EngineError) {
        let time = counting.scan.time
        guard counting.bucketCount > 0, !time.isEmpty, counting.scan.resources?.isEmpty != true else { return }
        for segment in logSegments where StoreSnapshot.overlaps(segment.entry.minTime, segment.entry.maxTime, time) {
            try budget.charge()
            guard let footer = try? segment.footer() else { continue }
            for (index, block) in footer.blocks.enumerated() {
                // What deletions may hide is counted row by row.
                let isWhole = !deletions.logs.contains { $0.mayHide(rowsOf: segment.entry) && $0.mayHide(block.meta) }
                try body(.block(segment, footer, index, isWhole: isWhole))
            }
        }
        for batch in logBatches where StoreSnapshot.overlaps(batch.minTime, batch.maxTime, time) {
            try body(.head(batch))
        }
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

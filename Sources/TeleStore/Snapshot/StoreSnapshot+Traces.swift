internal import TeleCodec
internal import TeleEngine
internal import TeleModel

extension StoreSnapshot {
    func trace(
        _ id: TraceID, offset: Int, limit: Int, budget: QueryBudget
    ) throws(EngineError) -> TraceSpans {
        let blocks = traceBlocks(id)
        let heads = headRows.rows(of: id, in: spanBatches)
        let most = blocks.reduce(heads.reduce(0) { $0 + $1.rows.count }) { $0 + $1.block.meta.rows }
        if offset > 0 || most > limit {
            let page = try TracePage(offset: offset, limit: limit).read(id, blocks, heads, deletions.spans, budget)
            if let page { return page }
        }
        var parts: [SpanBatch] = []
        var charged = 0
        for source in blocks {
            let block = source.block
            let part: SpanBatch
            do throws(SegmentDamage) {
                let opened = SpanSignal.open(block, of: source.segment)
                let (rows, batch) = try spans(of: id, source.segment, block, opened, source.number)
                let visible = try source.segment.visible(rows, of: block, opened, by: deletions.spans)
                if visible.isEmpty { continue }
                let kept = Set(visible)
                part =
                    kept.count == rows.count
                    ? batch : StoreSnapshot.picked(batch, rows.indices.filter { kept.contains(rows[$0]) })
            } catch {
                source.segment.report("block \(source.number)", error.message)
                continue
            }
            charged += try StoreSnapshot.charge(part, budget)
            parts.append(part)
        }
        for head in heads {
            let part = StoreSnapshot.picked(head.batch, head.rows)
            try budget.charge(rows: part.count)
            charged += try StoreSnapshot.charge(part, budget)
            parts.append(part)
        }
        // A trace mostly lies in one place.
        if parts.count == 1 {
            return TraceSpans(batch: SpanTwins.sorted(parts[0]), total: parts[0].count, charged: charged)
        }
        var builder = SpanRows()
        for part in parts { builder.append(part) }
        let total = builder.count
        return TraceSpans(batch: SpanTwins.sorted(builder.finish()), total: total, charged: charged)
    }

    private static func picked(_ batch: SpanBatch, _ rows: [Int]) -> SpanBatch {
        var picked = SpanRows()
        picked.append(batch, rows: rows)
        return picked.finish()
    }

    /// Returns what was charged.
    private static func charge(_ part: SpanBatch, _ budget: QueryBudget) throws(EngineError) -> Int {
        let bytes = part.core.heap.count + part.count * spanBytes
        try budget.charge(bytes: bytes)
        return bytes
    }

    /// The blocks that may hold spans of a trace.
    private func traceBlocks(_ id: TraceID) -> [TraceBlock] {
        let key = TraceIndex.key(high: id.high, low: id.low)
        var out: [TraceBlock] = []
        for segment in spanSegments {
            guard let footer = try? segment.footer() else { continue }
            for number in StoreSnapshot.blocks(keys: key...key, segment, footer) {
                out.append(TraceBlock(segment: segment, number: number, block: footer.blocks[number]))
            }
        }
        return out
    }

    /// The rows of a block that are of a trace, by rising numbers, and all columns of them. What was read for one query
    /// is kept for the next.
    private func spans(
        of id: TraceID, _ segment: SegmentReader, _ block: SegmentFooter.Block, _ opened: SpanBlockReader, _ number: Int
    ) throws(SegmentDamage) -> (rows: [Int], batch: SpanBatch) {
        let part = BlockCache.Key(segment: segment.entry.id, offset: block.offset, part: .trace(id))
        if let known = segment.blockCache.value(part, as: TraceRows.self) { return (known.rows, known.batch) }
        let key = SpanBlockMemory.Key(segment: segment.entry.id, block: number)
        var whole = spanMemory.block(key)
        if whole == nil, spanMemory.isWorthwhile(key) {
            let decoded = SpanBlockMemory.Block(try SpanSignal.decode(opened, columns: .all, keys: nil, rows: nil))
            spanMemory.keep(decoded, key)
            whole = decoded
        }
        if let whole {
            let rows = whole.rows(of: id)
            return (rows, StoreSnapshot.picked(whole.batch, rows))
        }
        let rows = try SpanSignal.rows(of: id, opened)
        if rows.isEmpty { return ([], SpanBatch()) }
        let found = TraceRows(
            rows: rows, batch: try SpanSignal.decode(opened, columns: .all, keys: nil, rows: rows))
        segment.blockCache.keep(found, bytes: SpanSignal.byteCount(found.batch) + rows.count * 8, part)
        return (found.rows, found.batch)
    }

    private struct TraceRows: Sendable {
        var rows: [Int]
        var batch: SpanBatch
    }

    /// What a span takes beside its texts, with some attributes.
    static let spanBytes = 256

    func traceIDs(
        prefix: TraceID, bits: Int, limit: Int, budget: QueryBudget
    ) throws(EngineError) -> [TraceID] {
        let bits = max(0, min(bits, 128))
        let highMask: UInt64 = bits == 0 ? 0 : bits >= 64 ? .max : ~(.max >> UInt64(bits))
        let lowMask: UInt64 = bits <= 64 ? 0 : bits == 128 ? .max : ~(.max >> UInt64(bits - 64))
        let wanted = TraceID(high: prefix.high & highMask, low: prefix.low & lowMask)
        let matches: (UInt64, UInt64) -> Bool = { $0 & highMask == wanted.high && $1 & lowMask == wanted.low }
        // Ids of 64 bits are indexed by their second half.
        var ranges: [ClosedRange<UInt64>] = []
        if wanted.high | ~highMask != 0 { ranges.append(wanted.high...(wanted.high | ~highMask)) }
        if wanted.high == 0 { ranges.append(wanted.low...(wanted.low | ~lowMask)) }
        var found: Set<TraceID> = []
        for batch in spanBatches {
            for row in StoreSnapshot.rows(batch.batch, where: matches) { found.insert(batch.batch.traceID(row)) }
            if found.count >= limit { break }
        }
        for segment in spanSegments {
            guard let footer = try? segment.footer() else { continue }
            for range in ranges {
                for number in StoreSnapshot.blocks(keys: range, segment, footer) where found.count < limit {
                    let block = footer.blocks[number]
                    try budget.charge(rows: block.meta.rows)
                    do throws(SegmentDamage) {
                        let opened = SpanSignal.open(block, of: segment)
                        let ids = try SpanSignal.traceIDs(opened)
                        let rows = ids.high.indices.filter { matches(ids.high[$0], ids.low[$0]) }
                        for row in try segment.visible(rows, of: block, opened, by: deletions.spans) {
                            found.insert(TraceID(high: ids.high[row], low: ids.low[row]))
                            if found.count >= limit { break }
                        }
                    } catch {
                        segment.report("block \(number)", error.message)
                    }
                }
            }
            try budget.charge()
        }
        return Array(found.sorted().prefix(max(0, limit)))
    }

    /// The blocks that the index names, or all of them where the index is damaged.
    private static func blocks(
        keys: ClosedRange<UInt64>, _ segment: SegmentReader, _ footer: SegmentFooter
    ) -> [Int] {
        TraceIndex.blocks(keys: keys, reader: segment, footer: footer)?.map(Int.init) ?? Array(footer.blocks.indices)
    }

    static func rows(_ batch: SpanBatch, where matches: (UInt64, UInt64) -> Bool) -> [Int] {
        let high = batch.traceHigh.span
        let low = batch.traceLow.span
        var rows: [Int] = []
        for row in 0..<batch.count where matches(high[row], low[row]) { rows.append(row) }
        return rows
    }
}

internal import TeleCodec
internal import TeleEngine
internal import TeleModel

extension StoreSnapshot {
    func trace(_ id: TraceID, budget: QueryBudget) throws(EngineError) -> SpanBatch {
        var builder = SpanRows()
        let key = TraceIndex.key(high: id.high, low: id.low)
        for segment in spanSegments {
            for (block, rows) in try rows(keys: key...key, segment, budget, where: { $0 == id.high && $1 == id.low }) {
                let batch: SpanBatch
                do throws(SegmentDamage) {
                    batch = try SpanSignal.decode(block, of: segment, columns: .all, keys: nil, rows: rows)
                } catch {
                    segment.report("block at \(block.offset)", error.message)
                    continue
                }
                try budget.charge(bytes: SpanSignal.byteCount(batch))
                builder.append(batch)
            }
        }
        for head in spanBatches {
            let rows = StoreSnapshot.rows(head.batch) { $0 == id.high && $1 == id.low }
            if !rows.isEmpty { builder.append(head.batch, rows: rows) }
        }
        try budget.charge(rows: builder.count)
        let all = builder.finish()
        let order = (0..<all.count).sorted { all.start[$0] != all.start[$1] ? all.start[$0] < all.start[$1] : $0 < $1 }
        var sorted = SpanRows()
        sorted.append(all, rows: SpanTwins.firsts(of: all, in: order))
        return sorted.finish()
    }

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
            for range in ranges where found.count < limit {
                for (block, rows) in try rows(keys: range, segment, budget, where: matches, limit: limit) {
                    do throws(SegmentDamage) {
                        let batch = try SpanSignal.decode(block, of: segment, columns: [], keys: [], rows: rows)
                        for row in 0..<batch.count { found.insert(batch.traceID(row)) }
                    } catch {
                        segment.report("block at \(block.offset)", error.message)
                    }
                }
            }
            try budget.charge()
        }
        return Array(found.sorted().prefix(max(0, limit)))
    }

    /// Rows of the blocks that the index names, or of all blocks where the index is damaged.
    private func rows(
        keys: ClosedRange<UInt64>, _ segment: SegmentReader, _ budget: QueryBudget,
        where matches: (UInt64, UInt64) -> Bool, limit: Int = .max
    ) throws(EngineError) -> [(SegmentFooter.Block, [Int])] {
        guard let footer = try? segment.footer() else { return [] }
        let numbers =
            TraceIndex.blocks(keys: keys, reader: segment, footer: footer)?.map(Int.init)
            ?? Array(footer.blocks.indices)
        var found: [(SegmentFooter.Block, [Int])] = []
        var rowCount = 0
        for number in numbers where rowCount < limit {
            let block = footer.blocks[number]
            try budget.charge(rows: block.meta.rows)
            do throws(SegmentDamage) {
                let batch = try SpanSignal.decode(block, of: segment, columns: [], keys: [], rows: nil)
                let rows = StoreSnapshot.rows(batch, where: matches)
                if !rows.isEmpty { found.append((block, rows)) }
                var last: TraceID?
                for row in rows where batch.traceID(row) != last {
                    last = batch.traceID(row)
                    rowCount += 1
                }
            } catch {
                segment.report("block \(number)", error.message)
            }
        }
        return found
    }

    private static func rows(_ batch: SpanBatch, where matches: (UInt64, UInt64) -> Bool) -> [Int] {
        let high = batch.traceHigh.span
        let low = batch.traceLow.span
        var rows: [Int] = []
        for row in 0..<batch.count where matches(high[row], low[row]) { rows.append(row) }
        return rows
    }
}

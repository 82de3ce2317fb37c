internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// A block that may hold spans of a trace.
struct TraceBlock {
    var segment: SegmentReader
    var number: Int
    var block: SegmentFooter.Block
}

/// Some of the spans of a trace that may have more than fit into memory: the starts of all of them are read first, then
/// the spans that are wanted.
struct TracePage {
    let offset: Int
    let limit: Int

    /// Where a span is: of which source the how manyth row of the trace.
    private struct Place {
        var start: UInt64
        var source: UInt32
        var row: UInt32
    }

    private static let placeBytes = MemoryLayout<Place>.stride + MemoryLayout<Int>.stride

    /// nil where all of the trace is no more than what is wanted.
    func read(
        _ id: TraceID, _ blocks: [TraceBlock], _ heads: [(batch: SpanBatch, rows: [Int])],
        _ exclusions: [RowExclusion<SpanSignal>], _ budget: QueryBudget
    ) throws(EngineError) -> TraceSpans? {
        var places: [Place] = []
        var rows: [[Int]] = []
        var held = 0
        defer { budget.release(bytes: held) }
        for source in blocks {
            try budget.charge(rows: source.block.meta.rows)
            var found: [Int] = []
            do throws(SegmentDamage) {
                let opened = SpanSignal.open(source.block, of: source.segment)
                let all = try SpanSignal.rows(of: id, opened)
                found = try source.segment.visible(all, of: source.block, opened, by: exclusions)
                let times = try SpanSignal.decode(opened, columns: [], keys: [], rows: found).start
                TracePage.add(times, rows.count, &places)
            } catch {
                source.segment.report("block \(source.number)", error.message)
                found = []
            }
            try budget.charge(bytes: found.count * TracePage.placeBytes)
            held += found.count * TracePage.placeBytes
            rows.append(found)
        }
        for head in heads {
            TracePage.add(head.rows.map { head.batch.start[$0] }, rows.count, &places)
            rows.append(head.rows)
        }
        let total = places.count
        if offset <= 0, total <= limit { return nil }
        places.sort { a, b in
            a.start != b.start ? a.start < b.start : (a.source, a.row) < (b.source, b.row)
        }
        let from = min(max(0, offset), total)
        let end = from + min(max(0, limit), total - from)
        var wanted = [[Int]](repeating: [], count: rows.count)
        for place in places[from..<end] {
            wanted[Int(place.source)].append(rows[Int(place.source)][Int(place.row)])
        }
        places = []
        var builder = SpanRows()
        var charged = 0
        for (source, numbers) in wanted.enumerated() where !numbers.isEmpty {
            let (bytes, count) = (builder.heapBytes, builder.count)
            if source >= blocks.count {
                builder.append(heads[source - blocks.count].batch, rows: numbers.sorted())
            } else {
                let block = blocks[source]
                do throws(SegmentDamage) {
                    let opened = SpanSignal.open(block.block, of: block.segment)
                    builder.append(
                        try SpanSignal.decode(opened, columns: .all, keys: nil, rows: numbers.sorted()))
                } catch {
                    block.segment.report("block \(block.number)", error.message)
                }
            }
            let size = builder.heapBytes - bytes + (builder.count - count) * StoreSnapshot.spanBytes
            try budget.charge(bytes: size)
            charged += size
        }
        return TraceSpans(
            batch: SpanTwins.sorted(builder.finish()), total: total, next: end < total ? end : nil, charged: charged)
    }

    private static func add(_ times: [UInt64], _ source: Int, _ places: inout [Place]) {
        for (row, start) in times.enumerated() {
            places.append(
                Place(start: start, source: UInt32(truncatingIfNeeded: source), row: UInt32(truncatingIfNeeded: row)))
        }
    }
}

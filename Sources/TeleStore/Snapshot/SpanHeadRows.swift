internal import TeleDisk
internal import TeleModel

/// Where the spans of a trace are in the head. The first questions are answered by looking at all of it; who asks on
/// gets an index, 24 bytes a span.
final class SpanHeadRows: Sendable {
    private struct Entry {
        var key: UInt64
        var batch: UInt32
        var row: UInt32
    }

    private struct State {
        var asked = 0
        var index: [Entry]?
    }

    /// From this question on the index is cheaper.
    private static let worthwhile = 8
    private let state = Guarded(State())

    /// The batches that have any, and which of their rows, rising.
    func rows(of id: TraceID, in batches: [HeadBatch<SpanSignal>]) -> [(batch: SpanBatch, rows: [Int])] {
        if batches.isEmpty { return [] }
        let entries = state.withLock { state -> [Entry]? in
            state.asked += 1
            if state.index == nil, state.asked >= SpanHeadRows.worthwhile { state.index = SpanHeadRows.index(batches) }
            return state.index
        }
        guard let entries else {
            return batches.compactMap { head in
                let rows = StoreSnapshot.rows(head.batch) { $0 == id.high && $1 == id.low }
                return rows.isEmpty ? nil : (head.batch, rows)
            }
        }
        let key = TraceIndex.key(high: id.high, low: id.low)
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        var out: [(batch: SpanBatch, rows: [Int])] = []
        var last = UInt32.max
        while low < entries.count, entries[low].key == key {
            let (batch, row) = (batches[Int(entries[low].batch)].batch, Int(entries[low].row))
            if batch.traceHigh[row] == id.high, batch.traceLow[row] == id.low {
                if entries[low].batch != last { out.append((batch, [])) }
                last = entries[low].batch
                out[out.count - 1].rows.append(row)
            }
            low += 1
        }
        return out
    }

    private static func index(_ batches: [HeadBatch<SpanSignal>]) -> [Entry] {
        var out: [Entry] = []
        out.reserveCapacity(batches.reduce(0) { $0 + $1.batch.count })
        for (number, head) in batches.enumerated() {
            for row in 0..<head.batch.count {
                out.append(
                    Entry(
                        key: TraceIndex.key(high: head.batch.traceHigh[row], low: head.batch.traceLow[row]),
                        batch: UInt32(truncatingIfNeeded: number), row: UInt32(truncatingIfNeeded: row)))
            }
        }
        return out.sorted { ($0.key, $0.batch, $0.row) < ($1.key, $1.batch, $1.row) }
    }
}

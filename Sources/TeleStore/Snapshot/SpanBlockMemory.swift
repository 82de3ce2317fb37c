internal import TeleDisk
internal import TeleModel

/// Span blocks that one snapshot was asked for again and again, decoded whole: a search fetches trace after trace, and
/// those that lie together in time lie in the same few blocks.
final class SpanBlockMemory: Sendable {
    struct Key: Hashable {
        var segment: UInt64
        var block: Int
    }

    /// A block's spans, and where each trace's are.
    struct Block: Sendable {
        let batch: SpanBatch
        private let order: [UInt32]

        init(_ batch: SpanBatch) {
            self.batch = batch
            var order = (0..<batch.count).map { UInt32(truncatingIfNeeded: $0) }
            let (high, low) = (batch.traceHigh, batch.traceLow)
            order.sort { a, b in
                (high[Int(a)], low[Int(a)], a) < (high[Int(b)], low[Int(b)], b)
            }
            self.order = order
        }

        /// Rising.
        func rows(of id: TraceID) -> [Int] {
            var first = 0
            var end = order.count
            while first < end {
                let middle = (first + end) / 2
                if batch.traceID(Int(order[middle])) < id { first = middle + 1 } else { end = middle }
            }
            var rows: [Int] = []
            while first < order.count, batch.traceID(Int(order[first])) == id {
                rows.append(Int(order[first]))
                first += 1
            }
            return rows
        }

        var bytes: Int { SpanSignal.byteCount(batch) + order.count * 4 }
    }

    private struct State {
        var asked: [Key: Int] = [:]
        /// The last one used stands last.
        var kept: [(key: Key, block: Block, bytes: Int)] = []
        var bytes = 0
    }

    /// From this time on a whole block costs less than one more trace of it.
    private static let worthwhile = 3
    private static let bytes = 32 << 20
    private let state = Guarded(State())

    func block(_ key: Key) -> Block? {
        state.withLock { state in
            guard let at = state.kept.firstIndex(where: { $0.key == key }) else { return nil }
            let found = state.kept.remove(at: at)
            state.kept.append(found)
            return found.block
        }
    }

    /// Notes that a block is read for one trace; true where it should be read whole and kept.
    func isWorthwhile(_ key: Key) -> Bool {
        state.withLock { state in
            state.asked[key, default: 0] += 1
            return state.asked[key, default: 0] >= SpanBlockMemory.worthwhile
        }
    }

    func keep(_ block: Block, _ key: Key) {
        let bytes = block.bytes
        state.withLock { state in
            guard bytes <= SpanBlockMemory.bytes, !state.kept.contains(where: { $0.key == key }) else { return }
            state.kept.append((key, block, bytes))
            state.bytes += bytes
            while state.bytes > SpanBlockMemory.bytes { state.bytes -= state.kept.removeFirst().bytes }
        }
    }
}

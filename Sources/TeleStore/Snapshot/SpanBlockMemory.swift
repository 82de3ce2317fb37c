internal import TeleDisk
internal import TeleModel

/// Span blocks that one snapshot was asked for again and again, decoded whole: a search fetches trace after trace, and
/// those that lie together in time lie in the same few blocks.
final class SpanBlockMemory: Sendable {
    struct Key: Hashable {
        var segment: UInt64
        var block: Int
    }

    private struct State {
        var asked: [Key: Int] = [:]
        /// The last one used stands last.
        var kept: [(key: Key, batch: SpanBatch, bytes: Int)] = []
        var bytes = 0
    }

    /// From this time on a whole block costs less than one more trace of it.
    private static let worthwhile = 3
    private static let bytes = 32 << 20
    private let state = Guarded(State())

    func batch(_ key: Key) -> SpanBatch? {
        state.withLock { state in
            guard let at = state.kept.firstIndex(where: { $0.key == key }) else { return nil }
            let found = state.kept.remove(at: at)
            state.kept.append(found)
            return found.batch
        }
    }

    /// Notes that a block is read for one trace; true where it should be read whole and kept.
    func isWorthwhile(_ key: Key) -> Bool {
        state.withLock { state in
            state.asked[key, default: 0] += 1
            return state.asked[key, default: 0] >= SpanBlockMemory.worthwhile
        }
    }

    func keep(_ batch: SpanBatch, _ key: Key) {
        let bytes = SpanSignal.byteCount(batch)
        state.withLock { state in
            guard bytes <= SpanBlockMemory.bytes, !state.kept.contains(where: { $0.key == key }) else { return }
            state.kept.append((key, batch, bytes))
            state.bytes += bytes
            while state.bytes > SpanBlockMemory.bytes { state.bytes -= state.kept.removeFirst().bytes }
        }
    }
}

internal import TeleDisk

/// The indexes of sample segments that are in memory, bounded in bytes: those that were not asked for longest go first,
/// and are read again when they are needed. A query keeps the ones that it works with meanwhile.
package final class SampleIndexCache: Sendable {
    private struct Kept {
        weak var reader: SampleSegmentReader?
        var bytes: Int
        var use: UInt64
    }

    private struct State {
        var kept: [ObjectIdentifier: Kept] = [:]
        var bytes = 0
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Guarded(State())

    package init(limit: Int) { self.limit = limit }

    package var bytes: Int { state.withLock { $0.bytes } }

    /// Notes that a reader's index is in use.
    func used(_ reader: SampleSegmentReader, bytes: Int) {
        let id = ObjectIdentifier(reader)
        let dropped: [SampleSegmentReader] = state.withLock { state in
            state.clock += 1
            let old = state.kept.updateValue(Kept(reader: reader, bytes: bytes, use: state.clock), forKey: id)
            state.bytes += bytes - (old?.bytes ?? 0)
            var dropped: [SampleSegmentReader] = []
            while state.bytes > limit, state.kept.count > 1,
                let oldest = state.kept.min(by: { $0.value.use < $1.value.use })
            {
                state.kept[oldest.key] = nil
                state.bytes -= oldest.value.bytes
                if let reader = oldest.value.reader { dropped.append(reader) }
            }
            return dropped
        }
        for reader in dropped { reader.dropIndex() }
    }

    /// Of a reader that goes.
    func forget(_ id: ObjectIdentifier) {
        state.withLock { state in
            if let old = state.kept.removeValue(forKey: id) { state.bytes -= old.bytes }
        }
    }
}

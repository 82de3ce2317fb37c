internal import TeleDisk
internal import TeleModel

/// The indexes of sample segments that are in memory, bounded in bytes: those that were not asked for longest go first,
/// and are read again when they are needed. A query keeps the ones that it works with meanwhile. What segments with
/// the same series share counts once.
package final class SampleIndexCache: Sendable {
    fileprivate struct Kept {
        weak var reader: SampleSegmentReader?
        var bytes: Int
        var use: UInt64
        var key: SharedLabelIndex.Key?
    }

    fileprivate struct Share {
        var index: SharedLabelIndex
        /// Readers kept that use it.
        var users: Int
    }

    fileprivate struct State {
        var kept: [ObjectIdentifier: Kept] = [:]
        var shares: [SharedLabelIndex.Key: Share] = [:]
        var bytes = 0
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Guarded(State())

    private let seeds = (low: UInt64.random(in: 0 ... .max), high: UInt64.random(in: 0 ... .max))

    package init(limit: Int) { self.limit = limit }

    package var bytes: Int { state.withLock { $0.bytes } }

    /// Of the two sections of a segment that an index is made of.
    func key(_ labels: RawSpan, _ series: RawSpan) -> SharedLabelIndex.Key {
        SharedLabelIndex.Key(
            low: Hash64.combine(Hash64.of(labels, seed: seeds.low), Hash64.of(series, seed: seeds.low)),
            high: Hash64.combine(Hash64.of(labels, seed: seeds.high), Hash64.of(series, seed: seeds.high)),
            labelBytes: labels.byteCount, seriesBytes: series.byteCount)
    }

    func shared(_ key: SharedLabelIndex.Key) -> SharedLabelIndex? { state.withLock { $0.shares[key]?.index } }

    /// Notes that a reader's index is in use.
    func used(_ reader: SampleSegmentReader, _ index: SegmentIndex) {
        let id = ObjectIdentifier(reader)
        let dropped: [SampleSegmentReader] = state.withLock { state in
            state.clock += 1
            if state.kept[id] == nil { state.add(id, reader, index) }
            state.kept[id]?.use = state.clock
            var dropped: [SampleSegmentReader] = []
            while state.bytes > limit, state.kept.count > 1,
                let oldest = state.kept.min(by: { $0.value.use < $1.value.use })
            {
                state.remove(oldest.key)
                if let reader = oldest.value.reader { dropped.append(reader) }
            }
            return dropped
        }
        for reader in dropped { reader.dropIndex() }
    }

    /// Of a reader that goes.
    func forget(_ id: ObjectIdentifier) { state.withLock { $0.remove(id) } }
}

extension SampleIndexCache.State {
    fileprivate mutating func add(_ id: ObjectIdentifier, _ reader: SampleSegmentReader, _ index: SegmentIndex) {
        kept[id] = SampleIndexCache.Kept(reader: reader, bytes: index.ownBytes, use: clock, key: index.shared.key)
        bytes += index.ownBytes
        guard let key = index.shared.key else { return }
        if shares[key] == nil { bytes += index.shared.bytes }
        shares[key, default: SampleIndexCache.Share(index: index.shared, users: 0)].users += 1
    }

    fileprivate mutating func remove(_ id: ObjectIdentifier) {
        guard let old = kept.removeValue(forKey: id) else { return }
        bytes -= old.bytes
        guard let key = old.key, let share = shares[key] else { return }
        shares[key]?.users -= 1
        if share.users == 1 {
            shares[key] = nil
            bytes -= share.index.bytes
        }
    }
}

internal import TeleDisk

/// The footers in use, bounded in bytes: the ones that were not asked for longest go first.
final class FooterCache: Sendable {
    private struct Kept {
        var footer: SegmentFooter
        var bytes: Int
        var use: UInt64
    }

    private struct State {
        var kept: [UInt64: Kept] = [:]
        var bytes = 0
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Guarded(State())
    /// What stands for footers in segments of samples.
    let sampleIndexes: SampleIndexCache
    /// What was decoded of the blocks of logs and spans.
    let blocks: BlockCache

    /// Bytes: of footers, of the indexes of sample segments, of decoded blocks.
    init(limit: Int, indexes: Int = 0, blocks: Int = 0) {
        self.limit = limit
        self.blocks = BlockCache(limit: blocks)
        sampleIndexes = SampleIndexCache(limit: indexes)
    }

    func footer(_ id: UInt64) -> SegmentFooter? {
        state.withLock { state in
            state.clock += 1
            state.kept[id]?.use = state.clock
            return state.kept[id]?.footer
        }
    }

    func keep(_ footer: SegmentFooter, id: UInt64) {
        let bytes = footer.byteCount
        state.withLock { state in
            state.clock += 1
            if let old = state.kept.updateValue(Kept(footer: footer, bytes: bytes, use: state.clock), forKey: id) {
                state.bytes -= old.bytes
            }
            state.bytes += bytes
            while state.bytes > limit, state.kept.count > 1,
                let oldest = state.kept.min(by: { $0.value.use < $1.value.use })
            {
                state.kept[oldest.key] = nil
                state.bytes -= oldest.value.bytes
            }
        }
    }

    func drop(_ id: UInt64) {
        state.withLock { state in
            if let old = state.kept.removeValue(forKey: id) { state.bytes -= old.bytes }
        }
        blocks.drop(segment: id)
    }

    var bytes: Int { state.withLock { $0.bytes } }
}

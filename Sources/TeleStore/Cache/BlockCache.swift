package import TeleCodec
internal import TeleDisk
package import TeleEngine

/// What was decoded of blocks, kept for the next query that asks for the same: which block, which part, the value.
///
/// Bounded in bytes, those that were not asked for longest go first. The bytes are taken from the pool of queries where
/// there is one, as long as queries leave room; where one finds none, it gets the cache's. A segment that is dropped
/// takes its blocks along. Values are immutable; a block never changes, so that nothing is ever out of date.
package final class BlockCache: Sendable {
    package struct Key: Hashable, Sendable {
        package var segment: UInt64
        /// Where the block begins in its segment.
        package var offset: Int
        package var part: BlockPart

        package init(segment: UInt64, offset: Int, part: BlockPart) {
            self.segment = segment
            self.offset = offset
            self.part = part
        }
    }

    private let state: Guarded<BlockCacheState>

    package init(limit: Int) { state = Guarded(BlockCacheState(limit: limit)) }

    /// From now on bytes are taken from the pool too, and at most half of it.
    package func share(_ pool: MemoryPool) {
        state.withLock { state in
            state.clear()
            state.limit = min(state.limit, pool.capacity / 2)
            state.pool = pool
        }
        pool.whenFull { [weak self] bytes in self?.giveBack(bytes) }
    }

    package func value<Value: Sendable>(_ key: Key, as type: Value.Type = Value.self) -> Value? {
        state.withLock { $0.find(key) } as? Value
    }

    /// `bytes`: what the value takes in memory. What is more than a quarter of the cache is not kept.
    package func keep(_ value: some Sendable, bytes: Int, _ key: Key) {
        state.withLock { $0.insert(key, value, bytes: bytes) }
    }

    package func drop(segment: UInt64) { state.withLock { $0.remove { $0.segment == segment } } }

    /// Lets go of at least so many bytes, or of all.
    package func giveBack(_ bytes: Int) { state.withLock { $0.shrink(to: max(0, $0.bytes - bytes)) } }

    package var figures: BlockCacheFigures { state.withLock { $0.figures } }
}

/// What a cache of blocks holds, and what it was good for.
package struct BlockCacheFigures: Sendable, Equatable {
    package var values = 0
    package var bytes = 0
    package var hits: UInt64 = 0
    package var misses: UInt64 = 0

    package init() {}
}

/// What one block's reader sees of the cache.
struct CachedBlock: BlockMemory {
    let cache: BlockCache
    let segment: UInt64
    let offset: Int

    func value<Value: Sendable>(_ part: BlockPart, as type: Value.Type) -> Value? {
        cache.value(BlockCache.Key(segment: segment, offset: offset, part: part))
    }

    func keep(_ value: some Sendable, bytes: Int, _ part: BlockPart) {
        cache.keep(value, bytes: bytes, BlockCache.Key(segment: segment, offset: offset, part: part))
    }
}

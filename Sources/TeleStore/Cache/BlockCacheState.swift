internal import TeleEngine

/// Entries by key, and in the order of their last use: a doubly linked list through an array, so that each step is O(1).
struct BlockCacheState {
    private struct Entry {
        var key: BlockCache.Key
        var value: any Sendable
        var bytes: Int
        var older: Int?
        var newer: Int?
    }

    var limit: Int
    var pool: MemoryPool?
    private(set) var bytes = 0
    private var hits: UInt64 = 0
    private var misses: UInt64 = 0
    private var places: [BlockCache.Key: Int] = [:]
    /// nil where a place is free.
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?

    /// What an entry takes beside its value.
    private static let overhead = 160

    init(limit: Int) { self.limit = limit }

    var figures: BlockCacheFigures {
        var figures = BlockCacheFigures()
        figures.values = places.count
        figures.bytes = bytes
        figures.hits = hits
        figures.misses = misses
        return figures
    }

    mutating func find(_ key: BlockCache.Key) -> (any Sendable)? {
        guard let place = places[key] else {
            misses &+= 1
            return nil
        }
        hits &+= 1
        unlink(place)
        link(place)
        return entries[place]?.value
    }

    mutating func insert(_ key: BlockCache.Key, _ value: any Sendable, bytes size: Int) {
        if let place = places[key] { remove(place) }
        let (size, overflow) = max(0, size).addingReportingOverflow(BlockCacheState.overhead)
        guard !overflow, size <= limit / 4 else { return }
        shrink(to: limit - size)
        while let pool, !pool.takeSpare(size) {
            guard let oldest else { return }
            remove(oldest)
        }
        let place = free.popLast() ?? entries.count
        let entry = Entry(key: key, value: value, bytes: size)
        if place == entries.count { entries.append(entry) } else { entries[place] = entry }
        places[key] = place
        bytes += size
        link(place)
    }

    /// Removes the oldest entries until no more than so many bytes are left.
    mutating func shrink(to target: Int) {
        while bytes > target, let oldest { remove(oldest) }
    }

    mutating func remove(where isGone: (BlockCache.Key) -> Bool) {
        for (key, place) in places where isGone(key) { remove(place) }
    }

    mutating func clear() { shrink(to: 0) }

    private mutating func remove(_ place: Int) {
        guard let entry = entries[place] else { return }
        unlink(place)
        places[entry.key] = nil
        entries[place] = nil
        free.append(place)
        bytes -= entry.bytes
        pool?.give(entry.bytes)
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (entries[place]?.older, entries[place]?.newer)
        if let older { entries[older]?.newer = newer } else { oldest = newer }
        if let newer { entries[newer]?.older = older } else { newest = older }
    }

    private mutating func link(_ place: Int) {
        entries[place]?.older = newest
        entries[place]?.newer = nil
        if let newest { entries[newest]?.newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }
}

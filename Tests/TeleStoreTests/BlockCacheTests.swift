import TeleCodec
import TeleEngine
import TeleStore
import TeleTestKit
import Testing

/// What is kept of decoded blocks.
@Suite struct BlockCacheTests {
    private static let overhead = 160

    private static func key(_ segment: UInt64, _ offset: Int = 0) -> BlockCache.Key {
        BlockCache.Key(segment: segment, offset: offset, part: .whole)
    }

    @Test func theOnesNotAskedForLongestGoFirst() {
        let cache = BlockCache(limit: 4 * 1_000)
        for id: UInt64 in 1...4 { cache.keep([id], bytes: 1_000 - Self.overhead, Self.key(id)) }
        #expect(cache.figures.bytes == 4_000)
        #expect(cache.value(Self.key(1)) == [UInt64(1)])
        cache.keep([UInt64(5)], bytes: 1_000 - Self.overhead, Self.key(5))
        #expect(cache.value(Self.key(2), as: [UInt64].self) == nil)
        for id: UInt64 in [1, 3, 4, 5] { #expect(cache.value(Self.key(id)) == [id]) }
        // A value under the same key takes the place of the first.
        cache.keep([UInt64(7)], bytes: 10, Self.key(1))
        #expect(cache.value(Self.key(1)) == [UInt64(7)])
        #expect(cache.figures.values == 4)
        #expect(cache.figures.hits == 6)
        #expect(cache.figures.misses == 1)
    }

    @Test func whatIsTooLargeOrOfAnotherTypeIsNotThere() {
        let cache = BlockCache(limit: 4_000)
        cache.keep("large", bytes: 1_001, Self.key(1))
        cache.keep("huge", bytes: .max, Self.key(2))
        cache.keep("text", bytes: 10, Self.key(3))
        #expect(cache.value(Self.key(1), as: String.self) == nil)
        #expect(cache.value(Self.key(2), as: String.self) == nil)
        #expect(cache.value(Self.key(3), as: Int.self) == nil)
        #expect(cache.value(Self.key(3)) == "text")
    }

    @Test func aSegmentTakesItsBlocksAlong() {
        let cache = BlockCache(limit: 1 << 20)
        for id: UInt64 in 1...3 { for offset in 0..<5 { cache.keep(offset, bytes: 100, Self.key(id, offset)) } }
        cache.drop(segment: 2)
        #expect(cache.figures.values == 10)
        #expect(cache.value(Self.key(2, 3), as: Int.self) == nil)
        #expect(cache.value(Self.key(3, 3)) == 3)
    }

    @Test func queriesComeFirst() throws {
        let pool = MemoryPool(capacity: 10_000)
        let cache = BlockCache(limit: 1 << 20)
        cache.share(pool)
        for id: UInt64 in 1...9 { cache.keep(id, bytes: 1_000 - Self.overhead, Self.key(id)) }
        // Half of the pool at most.
        #expect(cache.figures.bytes == 5_000)
        #expect(pool.held == 5_000)
        let budget = QueryBudget(pool: pool)
        try budget.charge(bytes: 7_500)
        #expect(pool.held <= 10_000)
        #expect(cache.figures.bytes == pool.held - 7_500)
        // Nothing is kept at a query's cost.
        cache.keep(UInt64(20), bytes: 900, Self.key(20))
        #expect(pool.held <= 10_000)
        try budget.charge(bytes: 2_500)
        #expect(cache.figures.bytes == 0)
        cache.keep(UInt64(21), bytes: 10, Self.key(21))
        #expect(cache.figures.values == 0)
        #expect(throws: EngineError.overloaded) { try QueryBudget(pool: pool).charge(bytes: 1) }
        budget.release(bytes: 5_000)
        cache.keep(UInt64(22), bytes: 10, Self.key(22))
        #expect(cache.value(Self.key(22)) == UInt64(22))
    }

    /// Threads that keep, find and drop, and queries that push: what is counted is what is there.
    @Test func manyThreadsLeaveNothingBehind() async {
        let pool = MemoryPool(capacity: 50_000)
        let cache = BlockCache(limit: 1 << 20)
        cache.share(pool)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var generator = SeededGenerator(seed: UInt64(worker) + 7)
                    for _ in 0..<2_000 {
                        let id = UInt64.random(in: 0..<40, using: &generator)
                        switch Int.random(in: 0..<10, using: &generator) {
                        case 0: cache.drop(segment: id)
                        case 1:
                            let budget = QueryBudget(pool: pool)
                            try? budget.charge(bytes: Int.random(in: 1..<30_000, using: &generator))
                        case 2...5: cache.keep(id, bytes: Int.random(in: 0..<3_000, using: &generator), Self.key(id))
                        default: if let found: UInt64 = cache.value(Self.key(id)) { #expect(found == id) }
                        }
                    }
                }
            }
        }
        #expect(pool.held == cache.figures.bytes)
        #expect(cache.figures.bytes <= 25_000)
        cache.giveBack(.max)
        #expect(pool.held == 0)
    }
}

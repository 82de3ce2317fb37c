import TeleDisk
import TeleEngine
import TeleTestKit
import Testing

@testable import TeleStore

/// What the store tells when it happens, and not only when it is asked.
@Suite struct StoreNoticeTests {
    /// A store on a disk of its own, and what it has told.
    private static func open() throws -> (Store, FaultyDisk, Guarded<[StoreNotice]>) {
        let heard = Guarded<[StoreNotice]>([])
        var options = StoreCrashTests.options()
        options.notice = { notice in heard.withLock { $0.append(notice) } }
        let disk = FaultyDisk(seed: 1)
        return (try Store.open(options, disk: disk), disk, heard)
    }

    @Test func damageIsToldWhenItIsFoundAndOnce() async throws {
        let (store, disk, heard) = try Self.open()
        var random = SeededGenerator(seed: 1)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<50, spread: 1_000_000))
        store.upkeep(sealAll: true)
        #expect(heard.withLock { $0 } == [])
        let segment = try #require(disk.paths.first { $0.hasPrefix("data/logs/") })
        disk.damage(segment) { bytes in for i in 100..<140 { bytes[i] ^= 0xff } }
        for _ in 0..<2 { _ = try StoreBatches.allLogNumbers(store.snapshot()) }
        let damage = store.status().damage
        #expect(damage.count == 1)
        #expect(heard.withLock { $0 } == damage.map { .damaged($0) })
    }

    @Test func aFullDiskIsToldAndThatItIsOver() async throws {
        let (store, disk, heard) = try Self.open()
        var random = SeededGenerator(seed: 1)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<10, spread: 1_000))
        disk.setCapacity(disk.usedBytes)
        for first in [10, 20] {
            let batch = StoreBatches.logs(&random, numbers: first..<first + 10, spread: 1_000)
            await #expect(throws: EngineError.diskFull) { try await store.append(batch) }
        }
        #expect(store.status().isDiskFull)
        disk.setCapacity(.max)
        try await store.append(StoreBatches.logs(&random, numbers: 30..<40, spread: 1_000))
        #expect(heard.withLock { $0 } == [.diskFull(true), .diskFull(false)])
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(0..<10) + Array(30..<40))
    }

    /// The bytes of a group are there a second time while it is written.
    @Test func groupsFollowTheMemory() {
        var options = StoreOptions(path: "data", clock: { 0 })
        options.memoryBudget = 256 << 20
        #expect(options.commitBytes == 8 << 20)
        var queue = CommitQueue()
        for size in [5, 5, 20, 1] {
            let pending = PendingAppend(
                signal: .samples, content: .samples(StoreBatches.samples(number: 0, time: 0)),
                payload: [UInt8](repeating: 0, count: size), payloadSum: 0, finish: { _ in })
            queue.waiting.append(pending)
            queue.bytes += size
        }
        #expect([queue.take(10), queue.take(10), queue.take(10), queue.take(10)].map(\.count) == [2, 1, 1, 0])
        #expect(queue.bytes == 0)
    }
}

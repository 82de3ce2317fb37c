import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

/// Copies of a running store.
@Suite struct StoreBackupTests {
    private static func at(_ path: String) -> StoreOptions {
        var options = StoreCrashTests.options()
        options.path = path
        return options
    }

    @Test func holdsEverythingAndOutlivesRetention() async throws {
        let disk = FaultyDisk(seed: 1)
        var random = SeededGenerator(seed: 2)
        var options = Self.at("data")
        let now = Guarded(21 * StoreBatches.day)
        options.clock = { now.withLock { $0 } }
        for signal in [\StoreOptions.logs, \.spans, \.samples] { options[keyPath: signal].seconds = 3 * 86_400 }
        let store = try Store.open(options, disk: disk)
        var ledger = StoreCrashTests.Ledger()
        for round in 0..<30 {
            await StoreCrashTests.append(Signal.allCases[round % 3], store, &random, &ledger)
            if round % 10 == 9 { store.upkeep(sealAll: true) }
        }
        var scan = LogScan(time: 0..<UInt64.max)
        scan.conditions = [.bodyContains(Array("n=1".utf8))]
        _ = try store.delete(.logs(scan), note: "")
        let wanted = try StoreBatches.allLogNumbers(store.snapshot()).sorted()
        ledger.acknowledged[.logs] = Set(wanted)
        #expect(try store.backups() == [])
        let copy = try store.takeBackup(withHeads: true)
        #expect(copy.name.hasPrefix("19700122T000000Z-") && copy.path == "data/snapshots/\(copy.name)")
        #expect(try store.backups() == [copy])

        now.withLock { $0 = 60 * StoreBatches.day }
        store.upkeep(sealAll: true)
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).isEmpty)
        disk.restart()
        let restored = try Store.open(Self.at(copy.path), disk: disk)
        #expect(restored.status().damage == [])
        try StoreCrashTests.check(restored, ledger, "copy")
        #expect(try StoreBatches.allLogNumbers(restored.snapshot()).sorted() == wanted)
        // It is a folder like any other.
        await StoreCrashTests.append(.logs, restored, &random, &ledger)
        restored.upkeep(sealAll: true)
        try StoreCrashTests.check(restored, ledger, "copy in use")
        #expect(try Store.open(options, disk: disk).backups() == [copy])
    }

    /// What a crash leaves is a whole copy, or one that the next start removes.
    @Test(arguments: 0..<60 as Range<UInt64>) func crashAtAnyOperation(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let disk = FaultyDisk(seed: seed)
        let store = try Store.open(Self.at("data"), disk: disk)
        var ledger = StoreCrashTests.Ledger()
        for round in 0..<6 { await StoreCrashTests.append(Signal.allCases[round % 3], store, &random, &ledger) }
        disk.crash(afterOperations: 1 + random.below(45))
        let copy = try? store.takeBackup(withHeads: true)
        disk.restart()
        let again = try Store.open(Self.at("data"), disk: disk)
        try StoreCrashTests.check(again, ledger, "seed \(seed)")
        #expect(again.status().damage == [], "seed \(seed)")
        let left = try again.backups()
        #expect(copy.map { left == [$0] } ?? true, "seed \(seed)")
        let names = (try? disk.list("data/snapshots").map(\.name)) ?? []
        #expect(!names.contains { $0.hasSuffix(".tmp") }, "seed \(seed)")
        for found in left {
            let restored = try Store.open(Self.at(found.path), disk: disk)
            #expect(restored.status().damage == [], "seed \(seed)")
            try StoreCrashTests.check(restored, ledger, "copy of seed \(seed)")
        }
    }

    @Test func aFullDiskRefusesAndLeavesNothing() async throws {
        let disk = FaultyDisk(seed: 1)
        var random = SeededGenerator(seed: 2)
        let store = try Store.open(Self.at("data"), disk: disk)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<5))
        disk.inject(.init(.append, path: "snapshots/", .noSpace))
        #expect(throws: EngineError.diskFull) { try store.takeBackup(withHeads: true) }
        #expect(try disk.list("data/snapshots") == [])
        _ = try store.takeBackup(withHeads: false)
    }

    /// Taken under load, on real files: every record that was acknowledged before is there, and no half of a request.
    @Test func underLoad() async throws {
        var options = StoreThreadsTests.options("backup")
        defer { StoreThreadsTests.remove(options.path) }
        let path = options.path
        let store = try Store.open(options, disk: PosixDisk())
        let done = Guarded([Int](repeating: 0, count: 3))
        let isOver = Guarded(false)
        let copies = try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<3 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(worker))
                    var next = worker * 1_000_000
                    while !isOver.withLock({ $0 }), next < worker * 1_000_000 + 40_000 {
                        try await store.append(StoreBatches.logs(&random, numbers: next..<next + 20))
                        next += 20
                        done.withLock { $0[worker] = next - worker * 1_000_000 }
                    }
                }
            }
            defer { isOver.withLock { $0 = true } }
            var copies: [(BackupCopy, [Int])] = []
            for _ in 0..<4 {
                try await Task.sleep(for: .milliseconds(40))
                let before = done.withLock { $0 }
                let thread = DiskThread(name: "backup")
                let copy = await thread.run {
                    Result { () throws(EngineError) in try store.takeBackup(withHeads: true) }
                }
                thread.stop()
                copies.append((try #require(copy).get(), before))
            }
            return copies
        }
        await store.close()
        #expect(Set(copies.map(\.0.name)).count == 4)
        for (copy, before) in copies {
            options.path = copy.path
            let restored = try Store.open(options, disk: PosixDisk())
            let found = try StoreBatches.allLogNumbers(restored.snapshot())
            let set = Set(found)
            #expect(set.count == found.count)
            for worker in 0..<3 {
                let own = found.count { $0 / 1_000_000 == worker }
                #expect(own >= before[worker] && own % 20 == 0)
                #expect(set.isSuperset(of: worker * 1_000_000..<worker * 1_000_000 + own))
            }
            #expect(restored.status().damage == [] && restored.status().replayedRecords == 0)
            await restored.close()
            StoreThreadsTests.remove(copy.path)
        }
        options.path = path
    }
}

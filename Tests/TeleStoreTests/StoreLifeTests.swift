import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

/// What is kept and for how long, what the store refuses, and how it comes back.
@Suite struct StoreLifeTests {
    private static let day = StoreBatches.day

    /// One log record of a time, in a segment of its own.
    private static func seal(_ store: Store, _ number: Int, at time: UInt64) async throws {
        var random = SeededGenerator(seed: UInt64(number))
        try await store.append(StoreBatches.logs(&random, numbers: number..<number + 1, around: time, spread: 1))
        store.seal(.logs)
    }

    /// At the age it is kept, a nanosecond later it is gone; samples go by milliseconds.
    @Test func ageDropsASegmentWhenItsNewestRecordIsOlder() async throws {
        let now = Guarded(30 * Self.day)
        var options = StoreCrashTests.options()
        options.clock = { now.withLock { $0 } }
        options.compactionInputs = 100
        options.logs.seconds = 86_400
        options.samples.seconds = 86_400
        let disk = FaultyDisk(seed: 1)
        let store = try Store.open(options, disk: disk)
        try await Self.seal(store, 1, at: 29 * Self.day)
        try await Self.seal(store, 2, at: 29 * Self.day + 500)
        try await store.append(StoreBatches.samples(number: 1, time: Int64(29 * Self.day / 1_000_000)))
        store.seal(.samples)
        store.retain()
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == [1, 2])
        #expect(try StoreBatches.allSampleNumbers(store.snapshot()) == [1])
        now.withLock { $0 += 1 }
        let path = disk.paths.filter { $0.hasPrefix("data/logs/") }
        store.retain()
        #expect(try StoreBatches.allLogNumbers(store.snapshot()) == [2])
        #expect(try StoreBatches.allSampleNumbers(store.snapshot()) == [])
        // Whole files, and no file changed.
        #expect(disk.paths.filter { $0.hasPrefix("data/logs/") } == [path[1]])
        now.withLock { $0 += 500 }
        store.retain()
        #expect(try StoreBatches.allLogNumbers(store.snapshot()) == [])
        // Samples of long ago, kept for longer than time is old.
        store.setRetention(.samples, .init(seconds: 36_500 * 86_400))
        try await store.append(StoreBatches.samples(number: 2, time: 0))
        store.upkeep(sealAll: true)
        #expect(try StoreBatches.allSampleNumbers(store.snapshot()) == [2])
    }

    /// As many bytes as allowed are kept; one byte less, and the oldest segment goes, first by time, not by arrival.
    @Test func bytesDropTheOldestSegmentsOfTheirSignalOnly() async throws {
        var options = StoreCrashTests.options()
        options.compactionInputs = 100
        let store = try Store.open(options, disk: FaultyDisk(seed: 1))
        for (number, day) in [(3, 20), (1, 18), (2, 19)] as [(Int, UInt64)] {
            try await Self.seal(store, number, at: day * Self.day)
        }
        var random = SeededGenerator(seed: 1)
        try await store.append(StoreBatches.spans(&random, numbers: 0..<50))
        store.seal(.spans)
        let bytes = store.status().logs.segmentBytes
        store.setRetention(.logs, .init(bytes: bytes))
        store.retain()
        #expect(store.status().logs.segments == 3 && store.status().droppedSegments == 0)
        store.setRetention(.logs, .init(bytes: bytes - 1))
        store.retain()
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == [2, 3])
        // The newest stays, whatever its size.
        store.setRetention(.logs, .init(bytes: 1))
        store.retain()
        #expect(try StoreBatches.allLogNumbers(store.snapshot()) == [3])
        #expect(store.status().droppedSegments == 2 && store.status().spans.segments == 1)
    }

    /// Durability `interval`: the answer comes before the sync; what was synced a second later survives power loss, and
    /// a kill costs nothing.
    @Test(arguments: 0..<20 as Range<UInt64>) func intervalLosesAtMostWhatWasNotSynced(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let disk = FaultyDisk(seed: seed)
        let options = StoreCrashTests.options(durability: .interval)
        var store = try Store.open(options, disk: disk)
        var ledger = StoreCrashTests.Ledger()
        for _ in 0..<10 { await StoreCrashTests.append(.logs, store, &random, &ledger) }
        let syncs = store.status().syncs
        store.syncInterval()
        #expect(store.status().syncs == syncs || store.log.withLock { $0.wal.figures.syncs } == syncs + 1)
        let safe = ledger
        for _ in 0..<10 { await StoreCrashTests.append(.logs, store, &random, &ledger) }
        if seed % 4 == 0 {
            disk.kill()
            store = try Store.open(options, disk: disk)
            try StoreCrashTests.check(store, ledger, "seed \(seed) kill")
            return
        }
        disk.restart()
        store = try Store.open(options, disk: disk)
        let found = try StoreBatches.allLogNumbers(store.snapshot())
        #expect(Set(found).isSuperset(of: safe.acknowledged[.logs, default: []]), "seed \(seed)")
        #expect(Set(found).isSubset(of: ledger.sent[.logs, default: []]), "seed \(seed)")
        #expect(Set(found).count == found.count, "seed \(seed)")
        #expect(store.status().damage == [], "seed \(seed)")
    }

    /// Over the memory budget appends are refused, nothing of them is stored, and sealing makes room.
    @Test func overTheBudgetIsOverloadedUntilSealed() async throws {
        var options = StoreCrashTests.options()
        options.memoryBudget = 300_000
        let store = try Store.open(options, disk: FaultyDisk(seed: 1))
        var random = SeededGenerator(seed: 1)
        var stored = 0
        var refusal: EngineError?
        while refusal == nil, stored < 10_000 {
            do throws(EngineError) {
                try await store.append(StoreBatches.logs(&random, numbers: stored..<stored + 50))
                stored += 50
            } catch { refusal = error }
        }
        #expect(refusal == .overloaded)
        #expect(store.status().logs.headBytes <= options.memoryBudget)
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(0..<stored))
        store.upkeep()
        try await store.append(StoreBatches.logs(&random, numbers: stored..<stored + 50))
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(0..<stored + 50))
    }

    /// A segment whose footer is gone is named, and left where it is; the others serve.
    @Test func aBrokenSegmentIsSetAsideAndTheRestServes() async throws {
        let disk = FaultyDisk(seed: 1)
        let options = StoreCrashTests.options()
        var store = try Store.open(options, disk: disk)
        try await Self.seal(store, 1, at: 18 * Self.day)
        try await Self.seal(store, 2, at: 19 * Self.day)
        let paths = disk.paths.filter { $0.hasSuffix(".seg") }
        await store.close()
        disk.damage(paths[0]) { $0.removeLast(40) }
        store = try Store.open(options, disk: disk)
        #expect(store.status().damage.map { "data/\($0.path)" } == [paths[0]])
        #expect(try StoreBatches.allLogNumbers(store.snapshot()) == [2])
        try await Self.seal(store, 3, at: 20 * Self.day)
        store.upkeep(sealAll: true)
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == [2, 3])
        #expect(disk.paths.contains(paths[0]))
        // Deletions can't reach it: they stay in force.
        _ = try store.delete(.logs(LogScan(time: 0..<UInt64.max)), note: "")
        try store.cleanTombstones()
        #expect(store.tombstones().map(\.state) == [.hiding])
        // Retention drops it with its time.
        store.setRetention(.logs, .init(seconds: 86_400))
        store.retain()
        try store.cleanTombstones()
        #expect(store.tombstones().map(\.state) == [.done])
        #expect(!disk.paths.contains(paths[0]))
    }

    /// A merge takes no more room beside its inputs than its limit allows, and appends go on meanwhile.
    @Test func mergesNeedBoundedRoom() async throws {
        let disk = FaultyDisk(seed: 1)
        var options = StoreCrashTests.options()
        options.memoryBudget = 4 << 20
        let limit = options.memoryBudget / 16
        let store = try Store.open(options, disk: disk)
        var random = SeededGenerator(seed: 3)
        var next = 0
        var rounds = 0
        for _ in 0..<40 {
            try await store.append(StoreBatches.logs(&random, numbers: next..<next + 150))
            next += 150
            store.seal(.logs)
            let before = disk.usedBytes
            disk.resetPeak()
            if store.compact() {
                rounds += 1
                #expect(disk.peakBytes - before <= limit + limit / 4, "round \(rounds)")
            }
        }
        #expect(rounds >= 5)
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(0..<next))
        let bytes = disk.paths.filter { $0.hasSuffix(".seg") }.reduce(0) { $0 + (disk.contents($1)?.count ?? 0) }
        #expect(UInt64(bytes) == store.status().logs.segmentBytes)
    }

    @Test func aNewerFormatIsLeftAloneWhateverFileHasIt() async throws {
        let disk = FaultyDisk(seed: 10)
        var store = try Store.open(StoreCrashTests.options(), disk: disk)
        try await Self.seal(store, 1, at: 20 * Self.day)
        _ = try store.delete(.logs(LogScan(time: 0..<1)), note: "")
        await store.close()
        let saved = Deletions.names.map { disk.contents("data/\($0)") ?? [] }
        for name in Deletions.names {
            disk.damage("data/\(name)") { bytes in
                bytes[8] = 9
                let sum = Checksums.crc32(Array(bytes.dropLast(4)))
                for i in 0..<4 { bytes[bytes.count - 4 + i] = UInt8(truncatingIfNeeded: sum >> UInt32(i * 8)) }
            }
        }
        let before = disk.paths
        #expect(throws: StoreOpenError.newerFormat(path: "data/deletes", version: 9)) {
            try Store.open(StoreCrashTests.options(), disk: disk)
        }
        #expect(disk.paths == before)
        for (name, bytes) in zip(Deletions.names, saved) { disk.damage("data/\(name)") { $0 = bytes } }
        store = try Store.open(StoreCrashTests.options(), disk: disk)
        #expect(try StoreBatches.allLogNumbers(store.snapshot()) == [1])
    }
}

import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The engine on a disk that loses power at any operation.
@Suite struct StoreCrashTests {
    /// What was sent, and what of it was acknowledged, by signal.
    struct Ledger {
        var sent: [Signal: Set<Int>] = [:]
        var acknowledged: [Signal: Set<Int>] = [:]
        var next = 0
    }

    static func options(durability: StoreOptions.Durability = .fsync) -> StoreOptions {
        var options = StoreOptions(path: "data", clock: { 21 * StoreBatches.day })
        options.drive = .caller
        options.durability = durability
        options.walFileBytes = 20_000
        options.memoryBudget = 64 << 20
        options.compactionInputs = 3
        return options
    }

    static func append(_ signal: Signal, _ store: Store, _ random: inout SeededGenerator, _ ledger: inout Ledger) async
    {
        let numbers = ledger.next..<ledger.next + 1 + random.below(signal == .samples ? 1 : 8)
        ledger.next = numbers.upperBound
        ledger.sent[signal, default: []].formUnion(numbers)
        let spread = random.chance(0.2) ? 2 * StoreBatches.day : 3_600_000_000_000
        do {
            switch signal {
            case .logs: try await store.append(StoreBatches.logs(&random, numbers: numbers, spread: spread))
            case .spans: try await store.append(StoreBatches.spans(&random, numbers: numbers, spread: spread))
            case .samples:
                let time = Int64(20 * StoreBatches.day / 1_000_000) + Int64(numbers.lowerBound)
                try await store.append(StoreBatches.samples(number: numbers.lowerBound, time: time))
            }
            ledger.acknowledged[signal, default: []].formUnion(numbers)
        } catch {
            return
        }
    }

    /// Every acknowledged record once, nothing twice, nothing that was not sent: what is wrong with that.
    static func problems(_ store: Store, _ ledger: Ledger, _ note: String) throws -> [String] {
        let snapshot = store.snapshot()
        var problems: [String] = []
        for signal in Signal.allCases {
            let found: [Int] =
                switch signal {
                case .logs: try StoreBatches.allLogNumbers(snapshot)
                case .spans: try StoreBatches.allSpanNumbers(snapshot)
                case .samples: try StoreBatches.allSampleNumbers(snapshot)
                }
            let set = Set(found)
            let missing = ledger.acknowledged[signal, default: []].subtracting(set)
            if !missing.isEmpty { problems.append("\(note): \(signal) lost \(missing.sorted().prefix(5))") }
            if set.count != found.count { problems.append("\(note): \(signal) has records twice") }
            if !set.isSubset(of: ledger.sent[signal, default: []]) {
                problems.append("\(note): \(signal) has what nobody sent")
            }
        }
        return problems
    }

    static func check(_ store: Store, _ ledger: Ledger, _ note: String) throws {
        #expect(try problems(store, ledger, note) == [])
    }

    @Test func failedSyncRefusesAndGoesOn() async throws {
        let disk = FaultyDisk(seed: 5)
        var random = SeededGenerator(seed: 6)
        var ledger = Ledger()
        let store = try Store.open(Self.options(), disk: disk)
        await Self.append(.logs, store, &random, &ledger)
        disk.inject(.init(.sync, path: ".wal", .io))
        await #expect(throws: EngineError.self) {
            var random = SeededGenerator(seed: 7)
            try await store.append(StoreBatches.logs(&random, numbers: 900..<905))
        }
        #expect(store.status().abandonedWALFiles == 1)
        await Self.append(.logs, store, &random, &ledger)
        disk.restart()
        let again = try Store.open(Self.options(), disk: disk)
        try Self.check(again, ledger, "failed sync")
    }

    @Test func fullDiskRefusesReadsGoOnAndItRecovers() async throws {
        let disk = FaultyDisk(seed: 8, capacity: 200_000)
        var random = SeededGenerator(seed: 9)
        var ledger = Ledger()
        let store = try Store.open(Self.options(), disk: disk)
        var refused = false
        for _ in 0..<2_000 where !refused {
            let before = ledger.acknowledged[.logs, default: []].count
            await Self.append(.logs, store, &random, &ledger)
            refused = ledger.acknowledged[.logs, default: []].count == before
        }
        #expect(refused)
        #expect(store.status().isDiskFull)
        try Self.check(store, ledger, "full")
        disk.restart()
        let full = try Store.open(Self.options(), disk: disk)
        try Self.check(full, ledger, "opened while full")
        disk.setCapacity(4_000_000)
        let before = ledger.acknowledged[.logs, default: []].count
        await Self.append(.logs, full, &random, &ledger)
        #expect(ledger.acknowledged[.logs, default: []].count > before)
        full.upkeep(sealAll: true)
        try Self.check(full, ledger, "space again")
    }

    @Test func secondProcessAndNewerFormatAreRefused() async throws {
        let disk = FaultyDisk(seed: 10)
        let store = try Store.open(Self.options(), disk: disk)
        #expect(throws: StoreOpenError.locked(path: "data")) { try Store.open(Self.options(), disk: disk) }
        var random = SeededGenerator(seed: 1)
        var ledger = Ledger()
        await Self.append(.logs, store, &random, &ledger)
        await store.close()
        for name in ["manifest", "manifest.copy"] {
            disk.damage("data/\(name)") { bytes in
                bytes[8] = 2
                let sum = Checksums.crc32(Array(bytes.dropLast(4)))
                for i in 0..<4 { bytes[bytes.count - 4 + i] = UInt8(truncatingIfNeeded: sum >> UInt32(i * 8)) }
            }
        }
        let before = disk.paths
        #expect(throws: StoreOpenError.newerFormat(path: "data/manifest", version: 2)) {
            try Store.open(Self.options(), disk: disk)
        }
        #expect(disk.paths == before)
    }

    @Test func aFlippedBitCostsOneBlockAndIsReported() async throws {
        for seed in 0..<20 as Range<UInt64> {
            let disk = FaultyDisk(seed: seed)
            var random = SeededGenerator(seed: seed)
            var ledger = Ledger()
            let store = try Store.open(Self.options(), disk: disk)
            for round in 0..<30 {
                await Self.append(Signal.allCases[round % 3], store, &random, &ledger)
                if round % 10 == 9 { store.upkeep(sealAll: true) }
            }
            await Self.append(.logs, store, &random, &ledger)
            disk.kill()
            let paths = disk.paths
            let path = paths[random.below(paths.count)]
            let size = disk.contents(path)?.count ?? 0
            disk.flipBit(path, byte: random.below(size), bit: random.below(8))
            let again = try Store.open(Self.options(), disk: disk)
            let snapshot = again.snapshot()
            var lost = 0
            for signal in Signal.allCases {
                var found: [Int] = []
                switch signal {
                case .logs: found = try StoreBatches.allLogNumbers(snapshot)
                case .spans: found = try StoreBatches.allSpanNumbers(snapshot)
                case .samples: found = (try? StoreBatches.allSampleNumbers(snapshot)) ?? []
                }
                #expect(Set(found).count == found.count, "seed \(seed) \(path)")
                #expect(Set(found).isSubset(of: ledger.sent[signal, default: []]), "seed \(seed) \(path)")
                lost += ledger.acknowledged[signal, default: []].subtracting(found).count
            }
            let status = again.status()
            let isReported = !status.damage.isEmpty || status.brokenWALPlaces > 0 || status.tornWALBytes > 0
            #expect(lost == 0 || isReported, "seed \(seed): \(lost) lost by \(path) and nothing said")
        }
    }
}

enum ProcessEnvironment {
    static func text(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    static func number(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }
}

enum Checksums {
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xffff_ffff
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
        return ~sum
    }
}

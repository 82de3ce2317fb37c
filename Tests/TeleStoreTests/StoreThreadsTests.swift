import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

/// The store with its own threads on real files.
@Suite struct StoreThreadsTests {
    static func options(_ name: String) -> StoreOptions {
        let path = "/tmp/tele-store-tests/\(name)-\(UInt64.random(in: 0...UInt64.max))"
        var options = StoreOptions(path: path, clock: { 21 * StoreBatches.day })
        options.walFileBytes = 200_000
        options.sealBytes = 300_000
        return options
    }

    static func remove(_ path: String) {
        let disk = PosixDisk()
        for folder in ["wal", "logs", "traces", "metrics"] {
            for item in (try? disk.list("\(path)/\(folder)")) ?? [] {
                try? disk.remove("\(path)/\(folder)/\(item.name)")
            }
        }
        for name in Manifest.names + Deletions.names { try? disk.remove("\(path)/\(name)") }
    }

    @Test func concurrentAppendsAreEachThereOnceWhileHeadsAreSealed() async throws {
        let options = Self.options("threads")
        defer { Self.remove(options.path) }
        let store = try Store.open(options, disk: PosixDisk())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(worker))
                    for i in 0..<30 {
                        let from = (worker * 30 + i) * 20
                        try await store.append(StoreBatches.logs(&random, numbers: from..<from + 20))
                        try await store.append(StoreBatches.spans(&random, numbers: from..<from + 20))
                        let numbers = try StoreBatches.allLogNumbers(store.snapshot())
                        // Seen at once, and nothing twice while heads become segments.
                        guard Set(numbers).count == numbers.count, Set(numbers).isSuperset(of: from..<from + 20) else {
                            throw EngineError.failed("worker \(worker) round \(i)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(0..<2_400))
        #expect(throws: StoreOpenError.locked(path: options.path)) { try Store.open(options, disk: PosixDisk()) }
        await store.close()
        await #expect(throws: EngineError.notReady("the server is stopping")) {
            var random = SeededGenerator(seed: 1)
            try await store.append(StoreBatches.logs(&random, numbers: 0..<1))
        }
        let again = try Store.open(options, disk: PosixDisk())
        #expect(again.status().replayedRecords == 0)
        #expect(try StoreBatches.allLogNumbers(again.snapshot()).sorted() == Array(0..<2_400))
        #expect(try StoreBatches.allSpanNumbers(again.snapshot()).sorted() == Array(0..<2_400))
        await again.close()

        let inspector = SegmentInspector(path: options.path, disk: PosixDisk())
        let segments = try inspector.verify { _ in }
        #expect(segments.reduce(0) { $0 + $1.rows } == 4_800)
        #expect(segments.allSatisfy { $0.isPublished && $0.problems.isEmpty })
    }

    @Test func inspectorNamesTheDamage() async throws {
        let disk = FaultyDisk(seed: 2)
        var random = SeededGenerator(seed: 3)
        var options = StoreOptions(path: "data", clock: { 21 * StoreBatches.day })
        options.drive = .caller
        let store = try Store.open(options, disk: disk)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<200))
        try await store.append(StoreBatches.spans(&random, numbers: 0..<200))
        for number in 0..<20 { try await store.append(StoreBatches.samples(number: number, time: Int64(number))) }
        await store.close()
        let inspector = SegmentInspector(path: "data", disk: disk)
        #expect(try inspector.verify { _ in }.allSatisfy { $0.problems.isEmpty })
        for path in disk.paths where path.hasSuffix(".seg") {
            let size = disk.contents(path)?.count ?? 0
            // The 16 bytes of the header are under no checksum.
            for byte in stride(from: 16, to: size, by: 97) {
                disk.flipBit(path, byte: byte, bit: 3)
                let found = try inspector.verify { _ in }
                #expect(found.contains { "data/\($0.path)" == path && !$0.problems.isEmpty }, "\(path) byte \(byte)")
                disk.flipBit(path, byte: byte, bit: 3)
            }
        }
    }
}

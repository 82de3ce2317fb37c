import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

/// Figures, not checks: `TELE_BENCH=1 swift test -c release -Xswiftc -enable-testing --filter StoreBench`.
@Suite(.enabled(if: ProcessEnvironment.number("TELE_BENCH") != nil), .serialized) struct StoreBench {
    private static func fresh(_ name: String) throws -> Store {
        let path = "/tmp/tele-store-bench/\(name)-\(UInt64.random(in: 0...UInt64.max))"
        let options = StoreOptions(path: path, clock: { 21 * StoreBatches.day })
        return try Store.open(options, disk: PosixDisk())
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    private static func measure(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await body()
        return seconds(.now - start)
    }

    /// Retries what is refused for memory: the sealer catches up.
    private static func push(_ store: Store, _ append: @Sendable () async throws(EngineError) -> Void) async throws {
        while true {
            do throws(EngineError) {
                return try await append()
            } catch {
                guard error == .overloaded else { throw error }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test func logs() async throws {
        let store = try Self.fresh("logs")
        var random = SeededGenerator(seed: 1)
        let batches = (0..<50).map { StoreBatches.logs(&random, numbers: $0 * 2_000..<$0 * 2_000 + 2_000) }
        let took = try await Self.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        for i in 0..<100 {
                            let batch = batches[(i * 4 + worker) % 50]
                            try await Self.push(store) { () async throws(EngineError) in try await store.append(batch) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let status = store.status()
        print(
            "logs: 800,000 in \(took) s, \(Int(800_000 / took))/s; \(status.commits) commits, \(status.syncs) syncs of",
            terminator: " ")
        print("\(status.syncNanoseconds / UInt64(max(1, status.syncs)) / 1_000) us; \(status.logs.segments) segments")
        var scan = LogScan(time: 0..<UInt64.max)
        scan.limitHint = 100
        let snapshot = store.snapshot()
        let newest = try await Self.measure {
            for _ in 0..<20 { try snapshot.scanLogs(scan, budget: QueryBudget()) { _ throws(EngineError) in false } }
        }
        print("logs: newest 100: \(newest / 20 * 1_000) ms")
        scan.limitHint = nil
        scan.conditions = [.bodyContains(Array("nowhere".utf8))]
        let absent = try await Self.measure {
            try snapshot.scanLogs(scan, budget: QueryBudget()) { _ throws(EngineError) in true }
        }
        print("logs: absent substring over 800,000: \(absent * 1_000) ms")
        scan.conditions = []
        scan.columns = []
        let all = try await Self.measure {
            try snapshot.scanLogs(scan, budget: QueryBudget()) { _ throws(EngineError) in true }
        }
        print("logs: all times in order over 800,000: \(all * 1_000) ms")
        let close = await Self.measure { await store.close() }
        let end = store.status()
        print("logs: close \(close) s; \(end.logs.segmentBytes / max(1, end.logs.segmentRows)) B/record on disk")
    }

    @Test func spans() async throws {
        let store = try Self.fresh("spans")
        let took = try await Self.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(worker))
                        for i in 0..<500 {
                            let from = (i * 4 + worker) * 500
                            let batch = StoreBatches.spans(&random, numbers: from..<from + 500)
                            try await Self.push(store) { () async throws(EngineError) in try await store.append(batch) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let status = store.status()
        print(
            "spans: 1,000,000 in \(took) s, making them included; \(status.commits) commits"
        )
        let seal = await Self.measure { await Task { store.upkeep(sealAll: true) }.value }
        let sealed = store.status().spans
        print(
            "spans: last seal \(seal) s; \(sealed.segments) segments, \(sealed.segmentBytes / 1_000_000) B/span on disk"
        )
        let snapshot = store.snapshot()
        var random = SeededGenerator(seed: 9)
        var slowest = 0.0
        let lookups = try await Self.measure {
            for _ in 0..<500 {
                let trace = random.below(200_000)
                let id = TraceID(
                    high: trace % 3 == 0 ? 0 : Hash64.combine(1, UInt64(trace)), low: Hash64.combine(2, UInt64(trace)))
                let start = ContinuousClock.now
                let found = try snapshot.trace(id, budget: QueryBudget())
                slowest = max(slowest, Self.seconds(.now - start))
                #expect(found.count == 5)
            }
        }
        print("spans: trace by id \(lookups / 500 * 1_000) ms mean, \(slowest * 1_000) ms worst of 500")
        await store.close()
        let reopened = try await Self.measure { try await Store.open(store.options, disk: PosixDisk()).close() }
        print("spans: open and close again \(reopened) s")
        let replay = try Self.fresh("replay")
        for i in 0..<100 { try await replay.append(StoreBatches.spans(&random, numbers: i * 500..<i * 500 + 500)) }
        print("spans: 100 appends one after the other: sync \(replay.status().syncNanoseconds / 100_000) us each")
        await replay.close()
    }
}

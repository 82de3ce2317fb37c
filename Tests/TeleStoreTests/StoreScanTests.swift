import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

/// Scans over head and segments, held against a naive look at every record that was appended.
@Suite struct StoreScanTests {
    struct Row: Equatable {
        var number: Int
        var time: UInt64
    }

    private static func store() throws -> Store {
        var options = StoreOptions(path: "data", clock: { 21 * StoreBatches.day })
        options.drive = .caller
        return try Store.open(options, disk: FaultyDisk(seed: 1))
    }

    private static func logConditions(_ random: inout SeededGenerator) -> [LogCondition] {
        var conditions: [LogCondition] = []
        for _ in 0..<random.below(3) {
            switch random.below(7) {
            case 0: conditions.append(.bodyContains(Array(StoreBatches.words[random.below(5)].utf8)))
            case 1: conditions.append(.bodyContainsNot(Array("after \(random.below(10))".utf8)))
            case 2: conditions.append(.traceID(TraceID(high: UInt64(random.below(50)) + 1, low: 7)))
            case 3: conditions.append(.severity(Int32(random.below(10))...Int32(10 + random.below(10))))
            case 4: conditions.append(.attribute(.own, key: "status", .equalsInt(200)))
            case 5: conditions.append(.attribute(.any, key: "route", .notEqualsText("/r1")))
            default: conditions.append(.attribute(.resource, key: "service.name", .equalsText("orders")))
            }
        }
        return conditions
    }

    /// Written apart from the engine's filter, record by record.
    private static func passes(_ batch: LogBatch, _ row: Int, _ condition: LogCondition) -> Bool {
        let body = batch.core.heap.string(batch.bodyValue(row).range)
        func own(_ key: String) -> RawValue? {
            batch.core.keyIndex(key).flatMap { batch.attributes.value(of: $0, owner: row) }
        }
        switch condition {
        case .bodyContains(let text): return body.contains(String(decoding: text, as: UTF8.self))
        case .bodyContainsNot(let text): return !body.contains(String(decoding: text, as: UTF8.self))
        case .traceID(let id): return batch.traceID(row) == id
        case .severity(let range): return range.contains(batch.severity[row])
        case .attribute(.own, _, _): return own("status").map { Int64(bitPattern: $0.bits) == 200 } ?? false
        case .attribute(.any, _, _): return own("route").map { batch.core.heap.string($0.range) != "/r1" } ?? false
        case .attribute: return batch.core.serviceName(resource: 0) == "orders"
        default: return false
        }
    }

    @Test(arguments: 0..<3 as Range<UInt64>) func logsLikeTheOracle(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let store = try Self.store()
        var batches: [LogBatch] = []
        var next = 0
        for _ in 0..<30 {
            let count = 1 + random.below(random.chance(0.1) ? 300 : 20)
            let spread = random.chance(0.3) ? 3 * StoreBatches.day : 600_000_000
            let batch = StoreBatches.logs(&random, numbers: next..<next + count, spread: spread)
            next += count
            batches.append(batch)
            try await store.append(batch)
            if random.chance(0.2) { store.upkeep(sealAll: true) }
        }
        let snapshot = store.snapshot()
        for round in 0..<30 {
            let base = 20 * StoreBatches.day
            var scan = LogScan(time: 0..<UInt64.max)
            if random.chance(0.6) {
                let from = base + random.next() % (random.chance(0.5) ? StoreBatches.day : 500_000_000)
                scan.time = from..<from + 1 + random.next() % StoreBatches.day
            }
            scan.conditions = Self.logConditions(&random)
            scan.order = random.chance(0.5) ? .newestFirst : .oldestFirst
            if random.chance(0.5) { scan.limitHint = 1 + random.below(60) }
            if random.chance(0.3) { scan.resources = [StoreBatches.core("orders").resources.fingerprints[0]] }
            scan.columns = random.chance(0.5) ? .all : .body
            var expected: [Row] = []
            for batch in batches {
                if let wanted = scan.resources, !wanted.contains(batch.core.resources.fingerprints[0]) { continue }
                for row in 0..<batch.count
                where scan.time.contains(batch.timestamp(row))
                    && scan.conditions.allSatisfy({ Self.passes(batch, row, $0) })
                {
                    expected.append(Row(number: StoreBatches.number(batch, row), time: batch.timestamp(row)))
                }
            }
            var found: [Row] = []
            let stop = random.chance(0.4) ? scan.limitHint : nil
            let isFull = scan.columns == .all
            let budget = QueryBudget()
            try snapshot.scanLogs(scan, budget: budget) { batch throws(EngineError) in
                guard batch.count > 0, !isFull || batch.isComplete else {
                    throw .failed("a batch without rows or columns")
                }
                for row in 0..<batch.count {
                    found.append(Row(number: StoreBatches.number(batch, row), time: batch.timestamp(row)))
                }
                return stop.map { found.count < $0 } ?? true
            }
            let note = "seed \(seed) round \(round) \(scan.order) \(scan.conditions)"
            let times = found.map(\.time)
            let isOrdered = zip(times, times.dropFirst()).allSatisfy {
                scan.order == .newestFirst ? $0 >= $1 : $0 <= $1
            }
            #expect(isOrdered, "\(note)")
            let wanted = expected.map(\.time).sorted { scan.order == .newestFirst ? $0 > $1 : $0 < $1 }
            if stop == nil {
                #expect(Set(found.map(\.number)) == Set(expected.map(\.number)), "\(note)")
                #expect(found.count == expected.count, "\(note)")
            } else {
                #expect(found.count >= min(stop ?? 0, expected.count), "\(note)")
            }
            #expect(times == Array(wanted.prefix(times.count)), "\(note)")
            #expect(budget.bytes == 0, "\(note): bytes that were not given back")
        }
    }

    @Test(arguments: 0..<2 as Range<UInt64>) func spansAndTracesLikeTheOracle(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let store = try Self.store()
        var batches: [SpanBatch] = []
        var next = 0
        for _ in 0..<20 {
            let count = 1 + random.below(50)
            let batch = StoreBatches.spans(
                &random, numbers: next..<next + count, spread: random.chance(0.3) ? 2 * StoreBatches.day : 1_000)
            next += count
            batches.append(batch)
            try await store.append(batch)
            if random.chance(0.15) { try await store.append(batch) }
            if random.chance(0.2) { store.upkeep(sealAll: true) }
        }
        let snapshot = store.snapshot()
        let budget = QueryBudget()
        var traces: [TraceID: Set<UInt64>] = [:]
        for batch in batches {
            for row in 0..<batch.count { traces[batch.traceID(row), default: []].insert(batch.span[row]) }
        }
        for (id, spans) in traces {
            let trace = try snapshot.trace(id, budget: budget)
            #expect(trace.isComplete)
            #expect(Set(trace.span) == spans && trace.count == spans.count, "seed \(seed) \(id.hex)")
            #expect(trace.start == trace.start.sorted())
            let bits = 60
            let prefix = TraceID(high: id.high & ~15, low: 0)
            if id.high != 0 {
                #expect(try snapshot.traceIDs(prefix: prefix, bits: bits, limit: 10, budget: budget) == [id])
            }
            #expect(try snapshot.traceIDs(prefix: id, bits: 128, limit: 10, budget: budget) == [id])
        }
        #expect(try snapshot.trace(TraceID(high: 1, low: 1), budget: budget).count == 0)
        let all = try snapshot.traceIDs(prefix: .none, bits: 0, limit: 100_000, budget: budget)
        #expect(all == traces.keys.sorted())
        for minimum in [0, 1_000_000, 4_900_000] as [UInt64] {
            var scan = SpanScan(time: 0..<UInt64.max)
            scan.conditions = [
                .duration(minimum...UInt64.max), .name(.equalsText("op1")), .attribute(.own, key: "status", .exists),
            ]
            scan.limitHint = 20
            var found: Set<UInt64> = []
            try snapshot.scanSpans(scan, budget: budget) { batch throws(EngineError) in
                found.formUnion(batch.span)
                return true
            }
            var expected: Set<UInt64> = []
            for batch in batches {
                let key = batch.core.keyIndex("status") ?? 0
                for row in 0..<batch.count
                where batch.duration(row) >= minimum && batch.core.heap.string(batch.name[row]) == "op1"
                    && batch.attributes.value(of: key, owner: row) != nil
                {
                    expected.insert(batch.span[row])
                }
            }
            #expect(found == expected, "seed \(seed)")
        }
        let resources = try snapshot.spanResources(time: 0..<UInt64.max, budget: budget)
        let names = (0..<resources.resources.count).map { resources.serviceName(resource: $0) }
        #expect(
            Set(names).count == names.count
                && names.count == Set(batches.map { $0.core.serviceName(resource: 0) }).count)
    }

    @Test func compactionAndRetentionKeepAndDropWhatTheyShould() async throws {
        var random = SeededGenerator(seed: 3)
        var options = StoreOptions(path: "data", clock: { 21 * StoreBatches.day })
        options.drive = .caller
        options.logs.seconds = 3 * 86_400
        let disk = FaultyDisk(seed: 4)
        let store = try Store.open(options, disk: disk)
        for round in 0..<20 {
            try await store.append(StoreBatches.logs(&random, numbers: round * 10..<round * 10 + 10))
            for signal in Signal.allCases { store.seal(signal) }
        }
        #expect(store.status().logs.segments == 20)
        store.upkeep()
        #expect(store.status().compactions > 0)
        #expect(store.status().logs.segments < 8)
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(0..<200))
        try await store.append(StoreBatches.logs(&random, numbers: 500..<510, around: 10 * StoreBatches.day))
        let early = store.snapshot()
        store.upkeep(sealAll: true)
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(0..<200))
        #expect(try StoreBatches.allLogNumbers(early).count == 210)
        let files = disk.paths.filter { $0.hasPrefix("data/logs/") }
        #expect(files.count == store.status().logs.segments)
        await store.close()
        #expect(disk.paths.filter { $0.hasPrefix("data/wal/") } == [])
    }

    @Test func incompleteAndInvalidBatchesAreRefused() async throws {
        var random = SeededGenerator(seed: 5)
        let store = try Self.store()
        var batch = StoreBatches.logs(&random, numbers: 0..<3)
        batch.flags = []
        await #expect(throws: EngineError.self) { try await store.append(batch) }
        var broken = StoreBatches.logs(&random, numbers: 0..<3)
        broken.resource[1] = 9
        await #expect(throws: EngineError.self) { try await store.append(broken) }
        #expect(try StoreBatches.allLogNumbers(store.snapshot()) == [])
    }
}

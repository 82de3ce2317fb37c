import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

/// Deletions of the store, held against the naive engine's.
@Suite struct StoreDeleteTests {
    static func options() -> StoreOptions {
        var options = StoreCrashTests.options()
        options.compactionInputs = 3
        return options
    }

    static func deletion(_ random: inout SeededGenerator, upTo number: Int) throws -> Deletion {
        let base = 20 * StoreBatches.day
        var time: Range<UInt64> = 0..<UInt64.max
        if random.chance(0.5) {
            let from = base + random.next() % (4 * 3_600_000_000_000)
            time = from..<from + random.next() % (12 * 3_600_000_000_000)
        }
        let resources: Set<UInt64>? =
            random.chance(0.4)
            ? [StoreBatches.core(StoreBatches.services[random.below(4)]).resources.fingerprints[0]] : nil
        switch random.below(3) {
        case 0:
            var scan = LogScan(time: time)
            scan.resources = resources
            for _ in 0..<random.below(3) {
                switch random.below(6) {
                case 0: scan.conditions.append(.bodyContains(Array(StoreBatches.words[random.below(5)].utf8)))
                case 1: scan.conditions.append(.bodyMatchesNot(try Pattern("after [0-4]")))
                case 2: scan.conditions.append(.severity(Int32(random.below(10))...Int32(10 + random.below(10))))
                case 3: scan.conditions.append(.traceID(TraceID(high: UInt64(random.below(50)) + 1, low: 7)))
                case 4: scan.conditions.append(.attribute(.own, key: "status", .orNested(.equalsInt(200))))
                default: scan.conditions.append(.attribute(.any, key: "route", .notEqualsText("/r1")))
                }
            }
            return .logs(scan)
        case 1:
            var scan = SpanScan(time: time)
            scan.resources = resources
            for _ in 0..<random.below(3) {
                switch random.below(4) {
                case 0: scan.conditions.append(.name(.equalsText("op\(random.below(6))")))
                case 1: scan.conditions.append(.duration(UInt64(random.below(3_000_000))...UInt64.max))
                case 2: scan.conditions.append(.isRoot)
                default: scan.conditions.append(.attribute(.own, key: "status", .exists))
                }
            }
            return .spans(scan)
        default:
            let first = Int64(base / 1_000_000) + Int64(random.below(number + 1))
            var matchers = [try Matcher(name: "__name__", .equal, "m")]
            if random.chance(0.7) { matchers.append(try Matcher(name: "i", .matches, "[\(random.below(7))3]")) }
            return .samples(SeriesSelection(matchers: matchers, time: first...first + Int64(random.below(60))))
        }
    }

    static func found(_ snapshot: any EngineSnapshot) throws -> [[Int]] {
        var exemplars: [Int] = []
        let selection = SeriesSelection(matchers: [try Matcher(name: "i", .notEqual, "")], time: .min ... .max)
        for one in try snapshot.exemplars(selection, budget: QueryBudget()) {
            exemplars += one.exemplars.map { Int($0.value) }
        }
        let series = try snapshot.series(selection, budget: QueryBudget()).map { Int($0["i"] ?? "") ?? -1 }
        let data = try snapshot.select(selection, budget: QueryBudget())
        return [
            try StoreBatches.allLogNumbers(snapshot).sorted(), try StoreBatches.allSpanNumbers(snapshot).sorted(),
            try StoreBatches.allSampleNumbers(snapshot).sorted(), series, exemplars.sorted(),
            data.histogramTimes.map { Int($0) }.sorted(),
        ]
    }

    static func samples(_ number: Int, _ random: inout SeededGenerator) throws -> SampleBatch {
        var batch = StoreBatches.samples(
            number: number,
            time: Int64(20 * StoreBatches.day / 1_000_000) + Int64(number) / (random.chance(0.2) ? 2 : 1))
        batch.exemplarSeries = [0]
        batch.exemplarTime = batch.time
        batch.exemplarValue = batch.value
        batch.exemplarLabels = [batch.heap.append(LabelSet([("trace", "\(number)")]).bytes)]
        if random.chance(0.3) {
            var histogram = NativeHistogram()
            histogram.count = Double(number)
            batch.histogramSeries = [0]
            batch.histogramTime = batch.time
            var bytes: [UInt8] = []
            histogram.encode(into: &bytes)
            batch.histogram = [batch.heap.append(bytes)]
            batch.histogramStarted = [0]
        }
        return batch
    }

    /// `TELE_SEEDS=1000 swift test --filter StoreDeleteTests` for the long run.
    static let seeds = UInt64(clamping: ProcessEnvironment.number("TELE_SEEDS") ?? 5)

    /// Appends, deletions, cancellations, cleanings, merges and restarts in any order: both engines show the same.
    @Test(arguments: 0..<seeds) func showsWhatTheNaiveEngineShows(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let disk = FaultyDisk(seed: seed)
        var store = try Store.open(Self.options(), disk: disk)
        let naive = MemoryEngine()
        var next = 0
        var ids: [(store: UInt64, naive: UInt64)] = []
        for round in 0..<60 {
            let numbers = next..<next + 1 + random.below(30)
            let note = "seed \(seed) round \(round)"
            switch random.below(10) {
            case 0, 1:
                next = numbers.upperBound
                let spread = random.chance(0.3) ? 2 * StoreBatches.day : 3_600_000_000_000
                let batch = StoreBatches.logs(&random, numbers: numbers, spread: spread)
                try await store.append(batch)
                try await naive.append(batch)
            case 2, 3:
                next = numbers.upperBound
                let batch = StoreBatches.spans(&random, numbers: numbers, spread: 3_600_000_000_000)
                try await store.append(batch)
                try await naive.append(batch)
            case 4:
                for number in numbers {
                    let batch = try Self.samples(number, &random)
                    try await store.append(batch)
                    try await naive.append(batch)
                }
                next = numbers.upperBound
            case 5: store.upkeep(sealAll: random.chance(0.7))
            case 6, 7:
                let deletion = try Self.deletion(&random, upTo: next)
                let (mine, other) = (
                    try store.delete(deletion, note: note), try naive.delete(deletion, note: note)
                )
                ids.append((mine.id, other.id))
            case 8:
                if random.chance(0.3) {
                    try store.cleanTombstones()
                    try naive.cleanTombstones()
                    #expect(store.tombstones().allSatisfy { $0.state == .done }, "\(note)")
                } else if !ids.isEmpty {
                    let (mine, other) = ids.remove(at: random.below(ids.count))
                    #expect(try store.cancelDeletion(mine) == naive.cancelDeletion(other), "\(note)")
                }
            default:
                if random.chance(0.5) { await store.close() } else { disk.kill() }
                store = try Store.open(Self.options(), disk: disk)
                #expect(store.status().damage == [], "\(note)")
            }
            #expect(try Self.found(store.snapshot()) == Self.found(naive.snapshot()), "\(note)")
            #expect(store.tombstones().map(\.note) == naive.tombstones().map(\.note), "\(note)")
            #expect(store.tombstones().map(\.state) == naive.tombstones().map(\.state), "\(note)")
        }
        // Traces, and resources, go the same way.
        let budget = QueryBudget()
        let (mine, other) = (store.snapshot(), naive.snapshot())
        for id in try other.traceIDs(prefix: .none, bits: 0, limit: 1_000, budget: budget) {
            let (a, b) = (try mine.trace(id, budget: budget), try other.trace(id, budget: budget))
            #expect(a.span.sorted() == b.span.sorted(), "seed \(seed) trace \(id.hex)")
        }
        #expect(
            try mine.traceIDs(prefix: .none, bits: 0, limit: 1_000, budget: budget)
                == other.traceIDs(prefix: .none, bits: 0, limit: 1_000, budget: budget), "seed \(seed)")
    }

    @Test func whatIsCleanedIsGoneFromTheDiskAndWhatComesLaterStays() async throws {
        let disk = FaultyDisk(seed: 1)
        var random = SeededGenerator(seed: 2)
        let store = try Store.open(Self.options(), disk: disk)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<500))
        for number in 0..<50 { try await store.append(Self.samples(number, &random)) }
        store.upkeep(sealAll: true)
        let before = store.status()
        _ = try store.delete(.logs(LogScan(time: 0..<UInt64.max)), note: "all")
        _ = try store.delete(
            .samples(SeriesSelection(matchers: [try Matcher(name: "i", .equal, "3")], time: .min ... .max)), note: "")
        try await store.append(StoreBatches.logs(&random, numbers: 900..<905))
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(900..<905))
        let early = store.snapshot()
        try store.cleanTombstones()
        #expect(store.status().logs.segmentBytes < before.logs.segmentBytes / 10)
        #expect(store.status().samples.segmentRows < before.samples.segmentRows)
        #expect(try StoreBatches.allLogNumbers(early).sorted() == Array(900..<905))
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == Array(900..<905))
        #expect(store.tombstones().map(\.state) == [.done, .done])
        let resources = try store.snapshot().logResources(time: 0..<UInt64.max, budget: QueryBudget())
        #expect(resources.resources.count == 1)
        let files = disk.paths.filter { $0.hasSuffix(".seg") }
        #expect(files.count == store.status().logs.segments + store.status().samples.segments)
    }

    /// A crash at any operation: a deletion that was acknowledged holds, what it does not select is there, and one that
    /// was refused did all or nothing.
    @Test(arguments: 0..<seeds * 6) func crashAtAnyOperation(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let disk = FaultyDisk(seed: seed)
        var store = try Store.open(Self.options(), disk: disk)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<200))
        if random.chance(0.5) { store.upkeep(sealAll: true) }
        try await store.append(StoreBatches.logs(&random, numbers: 200..<300))
        disk.crash(afterOperations: 1 + random.below(40))
        var scan = LogScan(time: 0..<UInt64.max)
        scan.conditions = [.bodyMatches(try Pattern("n=[0-9]*[02468] "))]
        let isDeleted = (try? store.delete(.logs(scan), note: "even")) != nil
        var isKept = false
        do {
            var random = SeededGenerator(seed: seed)
            try await store.append(StoreBatches.logs(&random, numbers: 300..<310))
            isKept = true
        } catch {}
        try? store.cleanTombstones()
        disk.restart()
        store = try Store.open(Self.options(), disk: disk)
        let odd = (0..<300).filter { $0 % 2 == 1 }
        let found = try StoreBatches.allLogNumbers(store.snapshot()).sorted()
        let old = found.filter { $0 < 300 }
        #expect(old == odd || (!isDeleted && old == Array(0..<300)), "seed \(seed)")
        if isKept { #expect(found.filter { $0 >= 300 } == Array(300..<310), "seed \(seed)") }
        #expect(store.status().damage == [])
        if isDeleted { #expect(store.tombstones().map(\.note) == ["even"], "seed \(seed)") }
        try store.cleanTombstones()
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).sorted() == found, "seed \(seed)")
    }

    @Test func aFullDiskRefusesADeletionAndShowsWhatWasThere() async throws {
        let disk = FaultyDisk(seed: 3)
        var random = SeededGenerator(seed: 4)
        let store = try Store.open(Self.options(), disk: disk)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<50))
        disk.inject(.init(.append, path: "deletes", .noSpace))
        #expect(throws: EngineError.diskFull) { try store.delete(.logs(LogScan(time: 0..<UInt64.max)), note: "") }
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).count == 50)
        #expect(store.tombstones().isEmpty)
        _ = try store.delete(.logs(LogScan(time: 0..<UInt64.max)), note: "")
        #expect(try StoreBatches.allLogNumbers(store.snapshot()).isEmpty)
    }

    @Test func oneDamagedCopyCostsNothingAndTwoAreReported() async throws {
        let disk = FaultyDisk(seed: 3)
        var random = SeededGenerator(seed: 4)
        var store = try Store.open(Self.options(), disk: disk)
        try await store.append(StoreBatches.logs(&random, numbers: 0..<50))
        _ = try store.delete(.logs(LogScan(time: 0..<UInt64.max)), note: "")
        for (names, count) in [(["deletes"], 0), (["deletes.copy"], 0), (["deletes", "deletes.copy"], 50)] {
            disk.kill()
            for name in names { disk.flipBit("data/\(name)", byte: 30, bit: 1) }
            store = try Store.open(Self.options(), disk: disk)
            #expect(try StoreBatches.allLogNumbers(store.snapshot()).count == count)
            #expect(store.status().damage.map(\.path) == (count == 0 ? [] : ["deletes"]))
        }
    }

    /// A day can pass between a deletion and its cancellation; then it is cleaned by itself.
    @Test func cleansByItselfWhenItCanNotBeCancelledAnyMore() async throws {
        let now = Guarded(21 * StoreBatches.day)
        var options = StoreOptions(path: "data", clock: { now.withLock { $0 } })
        options.drive = .caller
        var random = SeededGenerator(seed: 4)
        let store = try Store.open(options, disk: FaultyDisk(seed: 1))
        try await store.append(StoreBatches.logs(&random, numbers: 0..<50))
        let tombstone = try store.delete(.logs(LogScan(time: 0..<UInt64.max)), note: "")
        now.withLock { $0 += StoreBatches.day - 1 }
        store.upkeep()
        #expect(store.status().logs.segmentRows == 50)
        now.withLock { $0 += 1 }
        store.upkeep()
        #expect(store.status().logs.segmentRows == 0)
        #expect(try !store.cancelDeletion(tombstone.id))
    }

    @Test func selectionsReadBackAsTheyWere() throws {
        var random = SeededGenerator(seed: 5)
        let tests: [ValueTest] = [
            .equalsText("ä"), .notEqualsText(""), .equalsInt(-4), .equalsDouble(.infinity), .equalsBool(true),
            .number(min: 1, minInclusive: true, max: nil, maxInclusive: false), .matches(try Pattern("a.*")),
            .matchesNot(try Pattern("a", anchored: true)), .exists, .missing,
        ]
        var logs = LogScan(time: 3..<9)
        logs.resources = [4]
        logs.conditions = [
            .bodyContains([1, 2]), .bodyContainsNot([]), .bodyMatches(try Pattern("x+")),
            .bodyMatchesNot(try Pattern("y")), .traceID(TraceID(high: 1, low: 2)), .spanID(SpanID(7)),
            .severity(-3...9),
        ]
        var spans = SpanScan(time: 0..<UInt64.max)
        spans.conditions = [.kind(-1), .status(2), .duration(5...UInt64.max), .isRoot]
        for test in tests {
            for scope in [AttributeScope.own, .resource, .scope, .any] {
                logs.conditions.append(.attribute(scope, key: "k", test))
            }
            spans.conditions += [.name(test), .attribute(.any, key: "", test)]
        }
        let matchers = try [Matcher.Operation.equal, .notEqual, .matches, .matchesNot].map {
            try Matcher(name: "n", $0, "v|w")
        }
        let selection = SeriesSelection(matchers: matchers, time: Int64.min ... -4)
        for deletion in [Deletion.logs(logs), .spans(spans), .samples(selection)] {
            var list = Deletions()
            _ = list.add(deletion, note: "nöte", created: 77, through: 12)
            let bytes = list.encode()
            let read = try Deletions(encoded: bytes)
            #expect(String(describing: read.entries) == String(describing: list.entries))
            #expect(read.encode() == bytes)
            // Broken bytes never trap and never pass for others.
            for _ in 0..<300 {
                var broken = bytes
                broken[random.below(broken.count)] ^= UInt8(1 + random.below(255))
                if random.chance(0.5) { broken.removeLast(random.below(broken.count)) }
                let sum = Checksums.crc32(Array(broken.dropLast(4)))
                for i in 0..<min(4, broken.count) {
                    broken[broken.count - 1 - i] = UInt8(truncatingIfNeeded: sum >> UInt32((3 - i) * 8))
                }
                _ = try? Deletions(encoded: broken)
            }
        }
    }
}

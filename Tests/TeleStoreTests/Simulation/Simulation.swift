import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit

@testable import TeleStore

/// The whole engine on a faulty disk, from a seed: lives of appends, seals, merges, retention, crashes and faults, each
/// followed by a start on a disk that works, where everything is checked.
struct Simulation {
    /// What makes the simulation of the simulation: syncs that the disk does not do.
    var ignores: (@Sendable (FaultyDisk.SyncEvent) -> Bool)?
    /// How often something is damaged at rest between two lives.
    var damageChance = 0.2
    var aim = Wound.Aim()

    let seed: UInt64
    private var random: SeededGenerator
    let disk: FaultyDisk
    private var ledger = Ledger()
    private var options: StoreOptions
    private var now = 20 * StoreBatches.day
    private let clock = Guarded(20 * StoreBatches.day)
    private var problems: [String] = []
    private var note = ""
    /// By tombstone, what it took.
    private var deleted: [UInt64: [Signal: Set<Int>]] = [:]
    /// Files that were damaged at rest, within the data folder.
    private var damagedPaths: Set<String> = []
    private(set) var figures = Figures()

    struct Figures {
        var lives = 0
        var crashes = 0
        var failures = 0
        var records = 0
        var damages = 0
        var deletions = 0

        static func += (total: inout Figures, more: Figures) {
            total.lives += more.lives
            total.crashes += more.crashes
            total.failures += more.failures
            total.records += more.records
            total.damages += more.damages
            total.deletions += more.deletions
        }
    }

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        disk = FaultyDisk(seed: seed &+ 0x5eed)
        let clock = clock
        options = StoreOptions(path: "disk/data", clock: { clock.withLock { $0 } })
        options.drive = .manual
        options.durability = random.chance(0.1) ? .interval : .fsync
        options.walFileBytes = [3_000, 8_000, 20_000][random.below(3)]
        options.walBytes = random.chance(0.3) ? 20_000 : 512 << 20
        options.compactionInputs = 2 + random.below(2)
        // Bounds what replay holds: some starts have to seal.
        options.memoryBudget = random.chance(0.15) ? 200_000 : 64 << 20
        if random.chance(0.4) {
            let age = StoreOptions.Retention(seconds: 3 * 86_400)
            (options.logs, options.spans, options.samples) = (age, age, age)
        }
    }

    /// What was wrong, nothing where all went well.
    mutating func run() async -> [String] {
        disk.ignoreSyncs(ignores)
        let lives = 2 + random.below(3)
        for life in 0..<lives where problems.isEmpty {
            note = "life \(life)"
            figures.lives += 1
            await live(isFirst: life == 0)
            if problems.isEmpty { await restart() }
        }
        figures.failures = disk.failureCount
        figures.records = ledger.next
        return problems.map { "seed \(seed), \($0)" }
    }

    private mutating func fail(_ problem: String) { problems.append("\(note): \(problem)") }

    // MARK: A life

    private mutating func live(isFirst: Bool) async {
        let first = ledger.next
        let failures = disk.failureCount
        if random.chance(0.75) {
            let isLater = isFirst || random.chance(0.6)
            disk.crash(afterOperations: 1 + random.below(isLater ? 120 : 25))
        }
        switch random.below(8) {
        case 0: disk.setFaultRate([0.005, 0.03, 0.1][random.below(3)])
        case 1:
            disk.inject(
                .init(.sync, path: [".wal", ".seg", "manifest", ""][random.below(4)], .io, skip: random.below(6)))
        case 2: disk.setCapacity(disk.usedBytes + random.below(20_000))
        default: break
        }
        let store: Store
        do throws(StoreOpenError) {
            store = try Store.open(options, disk: disk)
        } catch {
            if !disk.hasCrashed, disk.failureCount == failures { fail("the start failed: \(error)") }
            return end(from: first, isClosed: false)
        }
        var held: (snapshot: any EngineSnapshot, found: [Signal: Set<Int>])?
        for _ in 0..<(4 + random.below(14)) where !disk.hasCrashed && problems.isEmpty {
            switch random.below(21) {
            case 0..<8: await append(1, to: store)
            case 8..<11: await append(2 + random.below(4), to: store)
            case 11..<14:
                store.upkeep(sealAll: random.chance(0.7))
                expire()
            case 14:
                now += random.next() % (2 * StoreBatches.day)
                clock.withLock { [now] in $0 = now }
            case 15, 16: check(store, isLive: true)
            case 17:
                let inventory = Inventory(store.snapshot(), ledger)
                held = (store.snapshot(), inventory.found)
            case 18:
                // What a snapshot gives does not change, whatever happened since.
                if let (snapshot, found) = held, !disk.hasCrashed {
                    let again = Inventory(snapshot, ledger).found
                    if again != found, !disk.hasCrashed, damagedPaths.isEmpty { fail("a snapshot changed") }
                }
            case 19: delete(from: store)
            default: store.syncInterval()
            }
        }
        let isClosed = !disk.hasCrashed && random.chance(0.35)
        if isClosed {
            await store.close()
            expire()
        }
        end(from: first, isClosed: isClosed && disk.failureCount == failures && !disk.hasCrashed)
    }

    private mutating func end(from first: Int, isClosed: Bool) {
        if disk.hasCrashed { figures.crashes += 1 }
        // The power goes, or the process alone dies, in the middle of what it did or after it.
        if random.chance(disk.hasCrashed ? 0.65 : 0.7) {
            losePower(since: isClosed ? ledger.next : first)
        } else {
            disk.kill()
        }
        disk.setCapacity(.max)
    }

    /// With durability `interval` goes what was acknowledged since, and whatever a failed sync left unwritten.
    private mutating func losePower(since first: Int) {
        let isLossy = disk.hasLossyFiles
        disk.restart()
        guard options.durability == .interval else { return }
        for signal in Signal.allCases { ledger.demote(signal, from: isLossy ? 0 : first) }
    }

    /// Several appends that one group commit serves.
    private mutating func append(_ count: Int, to store: Store) async {
        var waiting: [(signal: Signal, numbers: Range<Int>, done: Task<Bool, Never>)] = []
        for _ in 0..<count {
            let signal = Signal.allCases[random.below(3)]
            let numbers = ledger.next..<ledger.next + 1 + random.below(10)
            ledger.next = numbers.upperBound
            let before = store.queue.withLock { $0.waiting.count }
            let isDone = Guarded(false)
            let done: Task<Bool, Never>
            switch signal {
            case .logs:
                let batch = SimRecords.logs(&random, numbers, now: now, into: &ledger)
                done = Task { await Self.result(isDone) { try await store.append(batch) } }
            case .spans:
                let batch = SimRecords.spans(&random, numbers, now: now, into: &ledger)
                done = Task { await Self.result(isDone) { try await store.append(batch) } }
            case .samples:
                let batch = SimRecords.samples(&random, numbers, now: now, into: &ledger)
                done = Task { await Self.result(isDone) { try await store.append(batch) } }
            }
            waiting.append((signal, numbers, done))
            // In a known order: the next one only when this one waits, or was refused.
            while store.queue.withLock({ $0.waiting.count }) == before, !isDone.withLock({ $0 }) { await Task.yield() }
        }
        store.commitWaiting()
        for item in waiting where await item.done.value { ledger.settle(item.signal, item.numbers, .kept) }
    }

    private static func result(_ isDone: Guarded<Bool>, _ body: () async throws -> Void) async -> Bool {
        defer { isDone.withLock { $0 = true } }
        do { try await body() } catch { return false }
        return true
    }

    /// Deletes what lies in a time range, cancels a deletion, or has the deleted parts removed from the disk.
    private mutating func delete(from store: Store) {
        let known = store.tombstones()
        if !known.isEmpty, random.chance(0.3) {
            let tombstone = known[random.below(known.count)]
            // Where it fails, it may have been done all the same.
            let numbers = deleted[tombstone.id] ?? [:]
            let result = try? store.cancelDeletion(tombstone.id)
            if result == false { return }
            if result == true { deleted[tombstone.id] = nil }
            for (signal, all) in numbers {
                let others = deleted.filter { $0.key != tombstone.id }.values.reduce(into: Set<Int>()) {
                    $0.formUnion($1[signal] ?? [])
                }
                ledger.settle(signal, all.subtracting(others), result == true ? .open : .excused)
            }
            return
        }
        if random.chance(0.3) {
            try? store.cleanTombstones()
            return
        }
        let signal = Signal.allCases[random.below(3)]
        let from = now - random.next() % (4 * SimRecords.hour)
        let range = from..<from + random.next() % (2 * SimRecords.hour)
        let deletion: Deletion
        var numbers: Set<Int>
        switch signal {
        case .logs:
            deletion = .logs(LogScan(time: range))
            numbers = ledger.numbers(.logs) { range.contains($0.time) }
        case .spans:
            deletion = .spans(SpanScan(time: range))
            numbers = ledger.numbers(.spans) { range.contains($0.time) }
        case .samples:
            var selection = SimRecords.everySample
            selection.time = Int64(range.lowerBound / 1_000_000)...Int64(range.upperBound / 1_000_000)
            let time = selection.time
            deletion = .samples(selection)
            numbers = ledger.numbers(.samples) { time.contains(Int64($0.time / 1_000_000)) }
        }
        // What was refused and comes back with the log after a crash is younger than the deletion.
        let open = numbers.filter { ledger.fate(signal, $0) == .open }
        do throws(EngineError) {
            let tombstone = try store.delete(deletion, note: "a test")
            deleted[tombstone.id] = [signal: numbers]
            figures.deletions += 1
            ledger.settle(signal, numbers.subtracting(open), .deleted)
        } catch {
            ledger.settle(signal, numbers.filter { ledger.fate(signal, $0) != .deleted }, .excused)
        }
    }

    private mutating func expire() {
        for signal in Signal.allCases {
            guard let seconds = options[signal].seconds else { continue }
            ledger.expire(signal, before: now - seconds * 1_000_000_000)
        }
    }

    // MARK: The checks

    private mutating func restart() async {
        var wounds: [Wound] = []
        if random.chance(damageChance) {
            let isClean = !disk.hasLossyFiles
            if isClean, let wound = Wound.make(on: disk, root: options.path, aim, except: damagedPaths, &random) {
                wounds = [wound]
                damagedPaths.insert(wound.path)
                figures.damages += 1
            }
        }
        let store: Store
        do throws(StoreOpenError) {
            store = try Store.open(options, disk: disk)
        } catch {
            return fail("the start failed: \(error); \(wounds)")
        }
        expire()
        check(store, wounds)
        switch random.below(3) {
        case 0:
            await store.close()
            disk.kill()
        case 1: disk.kill()
        default: losePower(since: ledger.next)
        }
    }

    private mutating func check(_ store: Store, _ wounds: [Wound] = [], isLive: Bool = false) {
        var inventory = Inventory(store.snapshot(), ledger)
        if disk.hasCrashed { return }
        inventory.probe(&random, isExact: damagedPaths.isEmpty)
        let status = store.status()
        var problems = inventory.problems
        for signal in Signal.allCases {
            let missing = inventory.missing(signal)
            let lost = Wound.explained(missing, signal, wounds, status)
            ledger.settle(signal, lost, .excused)
            let unexplained = missing.subtracting(lost)
            if !unexplained.isEmpty { problems.append("\(signal) lost \(unexplained.sorted().prefix(8))") }
        }
        let exemplars = inventory.missingExemplars().filter { ledger.fate(.samples, $0) == .kept }
        if !exemplars.isEmpty, !Wound.explains(exemplars: exemplars, wounds, status) {
            problems.append("exemplars lost of \(exemplars.sorted().prefix(8))")
        }
        ledger.forgetExemplars(exemplars)
        problems += Wound.falseAlarms(status, damagedPaths)
        for problem in problems {
            fail("\(isLive ? "live" : "after the start"): \(problem) \(wounds) \(status.damage.map(\.description))")
        }
        if !isLive, !disk.hasLossyFiles { ledger.promote(inventory.found) }
    }
}

extension StoreDamage {
    fileprivate var description: String { "\(path) \(part): \(message)" }
}

import TeleAlert
import TeleDisk
import TeleModel
import TeleTestKit
import Testing

@testable import TeleServer

/// What delivery has to remember, on a disk that fails, loses power, and flips bits.
@Suite struct AlertLedgerTests {
    private static func alert(_ n: Int, until end: Int64 = .max, now: Int64) -> HeldAlert {
        let alert = Alert(
            labels: LabelSet([("alertname", "A"), ("n", "\(n)")]), annotations: LabelSet([("s", "größe \(n)")]),
            state: end > now ? .firing : .resolved, activeAt: now, startsAt: now, endsAt: end, value: 0.5,
            generatorURL: "http://g/\(n)")
        return HeldAlert(alert, origin: .posted, isEndAssumed: false, now: now)
    }

    private static func configuration() throws -> AlertingConfiguration {
        try AlertingConfiguration(
            yaml: """
                route: {receiver: a, group_by: [n], group_wait: 1s, group_interval: 10s}
                receivers: [{name: a, webhook_configs: [{url: "http://x/"}]}]
                """)
    }

    @Test func everythingComesBack() throws {
        let disk = FaultyDisk(seed: 1)
        try disk.createFolder("d")
        let configuration = try AlertLedgerTests.configuration()
        let keeper = AlertKeeper(configuration, disk: disk, folder: "d/alerting", now: 0)
        let silence = Silence(
            id: "", matchers: try MatcherText.parse(#"{a="b\"c",n!~"x.*"}"#), startsAt: 0, endsAt: 99_000,
            createdBy: "me",
            comment: "why")
        _ = try keeper.changeAndStore { dispatcher throws(SilenceProblem) in
            try dispatcher.silences.set(silence, now: 0) { "id" }
        }
        keeper.change { dispatcher in
            dispatcher.receive((0..<3).map { AlertLedgerTests.alert($0, now: 0) }, now: 0)
            for notification in dispatcher.flush(now: 1000).dropLast() {
                _ = dispatcher.finished(notification, isDelivered: true, now: 1000)
            }
        }
        #expect(keeper.waitUntilStored() == nil)
        let before = keeper.read { $0 }
        disk.restart()
        let again = AlertKeeper(configuration, disk: disk, folder: "d/alerting", now: 2000)
        let after = again.read { $0 }
        #expect(after.alerts == before.alerts)
        #expect(after.records == before.records && after.records.count == 2)
        let kept = try #require(after.silences.silences["id"])
        #expect(MatcherText.text(kept.matchers) == MatcherText.text(silence.matchers))
        #expect(kept.endsAt == 99_000 && kept.comment == "why" && kept.createdBy == "me")
        // What was delivered is not due; the third is, at once.
        #expect(again.change { $0.flush(now: 2000) }.map { $0.groupLabels["n"] }.count == 1)
    }

    /// At each operation of the disk the power goes: what was said to be stored is there, nothing is made up.
    @Test(arguments: 0..<150) func survivesAnyCrash(_ round: Int) throws {
        let seed = UInt64(round) + 1000
        let disk = FaultyDisk(seed: seed)
        var random = SeededGenerator(seed: seed)
        try disk.createFolder("d")
        try disk.syncFolder("")
        let configuration = try AlertLedgerTests.configuration()
        var stored = Set<Int>(), ended = Set<Int>(), tried = Set<Int>()
        for life in 0..<3 {
            disk.crash(afterOperations: 1 + random.below(30))
            do {
                let keeper = AlertKeeper(configuration, disk: disk, folder: "d/alerting", now: 0)
                for i in 0..<10 {
                    let n = life * 10 + i
                    tried.insert(n)
                    keeper.change { _ = $0.receive([AlertLedgerTests.alert(n, now: 0)], now: 0) }
                    let isStored = keeper.waitUntilStored() == nil
                    if isStored { stored.insert(n) }
                    guard random.chance(0.3) else { continue }
                    // Never told to anyone: it is let go with the next flush after its end.
                    let end = Int64(1 + i)
                    keeper.change { dispatcher in
                        _ = dispatcher.receive([AlertLedgerTests.alert(n, until: end, now: end)], now: end)
                    }
                    if isStored, keeper.waitUntilStored() == nil { ended.insert(n) }
                }
                keeper.stop()
            }
            disk.restart()
        }
        let keeper = AlertKeeper(configuration, disk: disk, folder: "d/alerting", now: 100)
        let found = Dictionary(
            uniqueKeysWithValues: keeper.read { $0.alerts.values.map { (Int($0.alert.labels["n"] ?? "") ?? -1, $0) } })
        #expect(stored.isSubset(of: Set(found.keys)), "seed \(seed)")
        #expect(Set(found.keys).isSubset(of: tried), "seed \(seed)")
        for n in ended { #expect(found[n]?.isResolved(at: 100) == true, "seed \(seed)") }
    }

    @Test func aFlippedBitCostsOneEntry() throws {
        let entries = (0..<20).map { AlertLedgerEntry.alert(AlertLedgerTests.alert($0, now: 0)) }
        let disk = FaultyDisk(seed: 3)
        try disk.createFolder("d")
        let ledger = AlertLedger(disk: disk, folder: "d") { entries }
        try ledger.rewrite()
        let file = try disk.open("d/ledger")
        var bytes = try file.read(at: 0, count: try file.size())
        let length = entries[0].bytes.count + 8
        bytes[8 + 3 * length + 40] ^= 4
        try disk.remove("d/ledger")
        let damaged = try disk.create("d/ledger")
        // And a torn end.
        try damaged.append(bytes + [9, 0, 0, 0, 1])
        let reader = AlertLedger(disk: disk, folder: "d") { [] }
        #expect(reader.read().count == 19)
        #expect(reader.damagedEntries == 1)
    }

    @Test func itDoesNotGrowForEver() throws {
        let disk = FaultyDisk(seed: 4)
        try disk.createFolder("d")
        let entry = AlertLedgerEntry.alert(AlertLedgerTests.alert(1, now: 0))
        let ledger = AlertLedger(disk: disk, folder: "d") { [entry] }
        try ledger.rewrite()
        var most = 0
        for _ in 0..<600 {
            try ledger.append(Array(repeating: entry, count: 100))
            most = max(most, try disk.open("d/ledger").size())
        }
        #expect(most < 5 << 20)
        // A write that failed: the next one is on a new file, with everything.
        disk.inject(FaultyDisk.Fault(.sync, path: "ledger", .io))
        #expect(throws: DiskError.self) { try ledger.append([entry]) }
        try ledger.append([entry])
        #expect(AlertLedger(disk: disk, folder: "d") { [] }.read().count == 1)
    }
}

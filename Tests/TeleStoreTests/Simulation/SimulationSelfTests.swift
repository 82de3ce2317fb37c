import TeleCodec
import TeleDisk
import TeleTestKit
import Testing

@testable import TeleStore

/// The simulation is tested too: an engine without one of its syncs or checksum checks does not get through.
@Suite struct SimulationSelfTests {
    /// A sync of the engine, told apart by what it is done to and when.
    enum SyncSite: String, CaseIterable {
        case parentFolder = "folders above the data folder, at a start"
        case dataFolderAtStart = "data folder, at a start before the manifest is read"
        case dataFolder = "data folder, after both manifests were renamed"
        case manifest = "manifest file, before its rename"
        case manifestCopy = "manifest copy, before its rename"
        case deletions = "deletions file, before its rename"
        case deletionsCopy = "deletions copy, before its rename"
        case logHeader = "log file, its header"
        case logRecords = "log file, a group of records"
        case logReplayed = "log file, before its records are replayed"
        case logFolder = "log folder, after a file was made"
        case logFolderAtStart = "log folder, at a start before it is listed"
        case segment = "segment file, before its rename"
        case segmentFolder = "segment folder, after the rename"

        func matches(_ event: FaultyDisk.SyncEvent) -> Bool { SyncSite(event) == self }

        init?(_ event: FaultyDisk.SyncEvent) {
            let path = event.path
            if event.isFolder {
                switch path {
                case "", "disk": self = .parentFolder
                case "disk/data": self = event.isStart ? .dataFolderAtStart : .dataFolder
                case "disk/data/wal": self = event.isStart ? .logFolderAtStart : .logFolder
                case "disk/data/logs", "disk/data/traces", "disk/data/metrics":
                    self = .segmentFolder
                default: return nil
                }
                return
            }
            if path.hasSuffix(".wal") {
                self = event.isReader ? .logReplayed : event.earlierSyncs == 0 ? .logHeader : .logRecords
            } else if path.hasSuffix("/manifest.tmp") {
                self = .manifest
            } else if path.hasSuffix("/manifest.copy.tmp") {
                self = .manifestCopy
            } else if path.hasSuffix("/deletes.tmp") {
                self = .deletions
            } else if path.hasSuffix("/deletes.copy.tmp") {
                self = .deletionsCopy
            } else if path.hasSuffix(".seg.tmp") {
                self = .segment
            } else {
                return nil
            }
        }
    }

    static let limit = ProcessEnvironment.number("TELE_SIM_SELF_SEEDS") ?? 400

    /// The first seed that fails, and how it fails; nil where none does.
    private static func noticed(
        damageChance: Double, aim: Wound.Aim, _ ignores: (@Sendable (FaultyDisk.SyncEvent) -> Bool)? = nil
    ) async -> (seeds: Int, problem: String)? {
        for seed in 0..<limit {
            var simulation = Simulation(seed: UInt64(seed))
            simulation.damageChance = damageChance
            simulation.aim = aim
            simulation.ignores = ignores
            if let problem = await simulation.run().first { return (seed + 1, problem) }
        }
        return nil
    }

    /// One manifest is there for when the other one is damaged.
    private static func aim(_ site: SyncSite) -> Wound.Aim {
        switch site {
        case .manifest: .init(suffix: "/manifest.copy")
        case .manifestCopy: .init(suffix: "/manifest")
        case .deletions: .init(suffix: "/deletes.copy")
        case .deletionsCopy: .init(suffix: "/deletes")
        default: .init(path: "manifest")
        }
    }

    /// All log files are gone with a clean end, numbers begin anew, and the power goes as the first file is made: the
    /// old files come back beside it. A moment that whole lives hardly ever meet.
    private static func noticedAfterAClose(
        _ ignores: (@Sendable (FaultyDisk.SyncEvent) -> Bool)?
    ) async -> (seeds: Int, problem: String)? {
        for seed in 0..<limit {
            do {
                let disk = FaultyDisk(seed: UInt64(seed))
                disk.ignoreSyncs(ignores)
                var options = StoreCrashTests.options()
                options.path = "disk/data"
                options.walFileBytes = 500
                var random = SeededGenerator(seed: UInt64(seed))
                let store = try Store.open(options, disk: disk)
                for i in 0..<3 { try await store.append(StoreBatches.logs(&random, numbers: i * 9..<i * 9 + 9)) }
                await store.close()
                disk.kill()
                let next = try Store.open(options, disk: disk)
                disk.crash(afterOperations: 2 + seed % 4)
                try? await next.append(StoreBatches.logs(&random, numbers: 90..<92))
                disk.restart()
                let status = try Store.open(options, disk: disk).status()
                if status.brokenWALPlaces > 0 || !status.damage.isEmpty { return (seed + 1, "\(status.damage)") }
            } catch {
                return (seed + 1, "\(error)")
            }
        }
        return nil
    }

    @Test func aCleanEndLeavesNothingToComeBack() async {
        #expect(await Self.noticedAfterAClose(nil) == nil)
    }

    /// `TELE_SIM_SELF_ONLY=text`: those whose name has it.
    private static func isWanted(_ name: String) -> Bool {
        ProcessEnvironment.text("TELE_SIM_SELF_ONLY").map { name.contains($0) } ?? true
    }

    @Test(arguments: SyncSite.allCases.filter { isWanted($0.rawValue) }) func anEngineWithoutASyncIsNoticed(
        _ site: SyncSite
    ) async {
        let found =
            site == .logFolderAtStart
            ? await Self.noticedAfterAClose { site.matches($0) }
            : await Self.noticed(damageChance: 0.5, aim: Self.aim(site)) { site.matches($0) }
        print("without the sync: \(site.rawValue) | \(found.map { "\($0.seeds)" } ?? "-") | \(found?.problem ?? "")")
        #expect(found != nil, "\(site.rawValue)")
    }

    /// A block's directory, each bit of it flipped: what a read of some columns gives is right, or nothing. Of lives only
    /// few would come by a flip that the pages' own checksums let through.
    @Test func noBitOfABlocksDirectoryMisleads() {
        #expect(DirectoryFlips.wrongReads() == 0)
        #if DEBUG
        let wrong = Checksum.$ignored.withValue(.blockDirectory) { DirectoryFlips.wrongReads() }
        print("without the checksum: blockDirectory | \(wrong) wrong reads of all flips")
        #expect(wrong > 0)
        #endif
    }

    #if DEBUG
    /// Where the bytes are that the check is for.
    private static func aim(_ kind: ChecksumKind) -> Wound.Aim {
        switch kind {
        case .logFileHeader: .init(path: "wal/", spot: .head(WALFormat.fileHeaderBytes))
        case .logRecordHeader: .init(path: "wal/", spot: .recordHeaders)
        case .logRecord: .init(path: "wal/")
        case .manifest: .init(path: "manifest")
        case .deletions: .init(path: "deletes")
        case .segmentFooter: .init(path: "logs/", spot: .tail(0.4))
        case .segmentSection, .traceIndexPage: .init(path: "traces/", spot: .tail(0.6))
        case .blockDirectory, .blockPage: .init(path: "logs/")
        case .samplesFooter: .init(path: "metrics/", spot: .tail(0.3))
        case .samplesSection, .samplesGroup: .init(path: "metrics/")
        }
    }

    @Test(arguments: ChecksumKind.allCases.filter { isWanted($0.rawValue) && $0 != .blockDirectory })
    func anEngineWithoutAChecksumIsNoticed(_ kind: ChecksumKind) async {
        let found = await Checksum.$ignored.withValue(kind) {
            await Self.noticed(damageChance: 1, aim: Self.aim(kind))
        }
        print("without the checksum: \(kind) | \(found.map { "\($0.seeds)" } ?? "-") | \(found?.problem ?? "")")
        #expect(found != nil, "\(kind)")
    }
    #endif
}

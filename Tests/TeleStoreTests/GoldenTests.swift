import Foundation
import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@testable import TeleStore

/// Data folders as earlier programs left them: `Golden/<version>/data` (segments of each signal, manifests, a
/// write-ahead log) and `records.txt`, what they hold. A version that was released is never recorded again: a change of
/// the format takes a new number and a folder of its own. To record the folder of `current`:
/// `TELE_RECORD_GOLDEN=1 swift test --filter GoldenTests/record`.
@Suite(.serialized) struct GoldenTests {
    private static let current = "1"
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Golden")
    private static let versions =
        (try? FileManager.default.contentsOfDirectory(atPath: root.path))?.filter { !$0.hasPrefix(".") }.sorted() ?? []

    private static func options(_ path: String) -> StoreOptions {
        var options = StoreOptions(path: path, clock: { 21 * StoreBatches.day })
        options.drive = .caller
        return options
    }

    private static func withCopy(_ version: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tele-golden-\(UInt64.random(in: 0...UInt64.max))")
        defer { try? FileManager.default.removeItem(at: path) }
        try FileManager.default.copyItem(
            at: root.appendingPathComponent(version).appendingPathComponent("data"), to: path)
        try await body(path.path)
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["TELE_RECORD_GOLDEN"] != nil)) func record() async throws {
        let folder = Self.root.appendingPathComponent(Self.current)
        let live = FileManager.default.temporaryDirectory.appendingPathComponent("tele-golden-live")
        try? FileManager.default.removeItem(at: live)
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let store = try Store.open(Self.options(live.path), disk: PosixDisk())
        var random = SeededGenerator(seed: 2026)
        var lines: [String] = []
        var number = 0
        for part in 0..<4 {
            let rows = part == 3 ? 5 : 60
            let logs = StoreBatches.logs(&random, numbers: number..<number + rows)
            let spans = StoreBatches.spans(&random, numbers: number..<number + rows)
            try await store.append(logs)
            try await store.append(spans)
            lines += GoldenText.lines(logs) + GoldenText.lines(spans)
            for sample in number..<number + rows {
                let time = Int64(20 * StoreBatches.day / 1_000_000) + Int64(sample) * 1_000
                try await store.append(StoreBatches.samples(number: sample, time: time))
                lines.append(GoldenText.sample("m i=\(sample % 7)", time, Double(sample)))
            }
            number += rows
            // The last part stays in the write-ahead log.
            if part < 3 { store.upkeep(sealAll: true) }
        }
        try FileManager.default.copyItem(at: live, to: folder.appendingPathComponent("data"))
        await store.close()
        let text = lines.sorted().joined(separator: "\n") + "\n"
        try text.write(to: folder.appendingPathComponent("records.txt"), atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(at: live)
    }

    @Test func thereAreGoldenFolders() { #expect(Self.versions.contains(Self.current)) }

    @Test(arguments: versions) func everyRecordIsRead(version: String) async throws {
        let expected = try String(
            contentsOf: Self.root.appendingPathComponent(version).appendingPathComponent("records.txt"), encoding: .utf8
        )
        try await Self.withCopy(version) { path in
            let store = try Store.open(Self.options(path), disk: PosixDisk())
            #expect(store.status().replayedRecords > 0)
            for signal in Signal.allCases { #expect(store.status()[signal].segments > 0, "\(signal)") }
            #expect(try GoldenText.lines(store.snapshot()).sorted() == expected.split(separator: "\n").map(String.init))
            // The same once all of it was rewritten by this program.
            store.upkeep(sealAll: true)
            #expect(try GoldenText.lines(store.snapshot()).sorted() == expected.split(separator: "\n").map(String.init))
            #expect(store.status().damage.isEmpty)
            await store.close()
        }
    }

    private static func files(_ path: String) throws -> [String: Data] {
        var out: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: path) ?? .init() {
            if let data = FileManager.default.contents(atPath: "\(path)/\(name)"), !data.isEmpty { out[name] = data }
        }
        return out
    }

    /// A newer number at an offset, and the checksum that goes with it.
    private static func change(_ path: String, version at: Int, sum: (place: Int, covers: Range<Int>)?) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let at = at < 0 ? bytes.count + at : at
        bytes[at] = 99
        if let sum {
            let place = sum.place < 0 ? bytes.count + sum.place : sum.place
            let covered = sum.covers.lowerBound..<(sum.covers.upperBound == .max ? place : sum.covers.upperBound)
            let value = Checksums.crc32(Array(bytes[covered]))
            for i in 0..<4 { bytes[place + i] = UInt8(truncatingIfNeeded: value >> UInt32(i * 8)) }
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test func aNewerManifestOrLogIsRefusedAndLeftAlone() async throws {
        try await Self.withCopy(Self.current) { path in
            for name in ["manifest", "manifest.copy"] {
                try Self.change("\(path)/\(name)", version: 8, sum: (-4, 0 ..< .max))
            }
            let before = try Self.files(path)
            #expect(throws: StoreOpenError.newerFormat(path: "\(path)/manifest", version: 99)) {
                try Store.open(Self.options(path), disk: PosixDisk())
            }
            #expect(try Self.files(path) == before)
        }
        try await Self.withCopy(Self.current) { path in
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: "\(path)/wal").filter { $0.hasSuffix(".wal") }.max()
            )
            try Self.change("\(path)/wal/\(name)", version: 8, sum: (40, 0..<40))
            let before = try Self.files(path)
            #expect(throws: StoreOpenError.newerFormat(path: "\(path)/wal/\(name)", version: 99)) {
                try Store.open(Self.options(path), disk: PosixDisk())
            }
            #expect(try Self.files(path) == before)
        }
    }

    @Test func aNewerSegmentIsReportedAndLeftAlone() async throws {
        try await Self.withCopy(Self.current) { path in
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(path)/logs").sorted().first)
            try Self.change("\(path)/logs/\(name)", version: -12, sum: nil)
            let before = try Data(contentsOf: URL(fileURLWithPath: "\(path)/logs/\(name)"))
            let store = try Store.open(Self.options(path), disk: PosixDisk())
            // The other segments are read; this one is named.
            #expect(try !StoreBatches.allLogNumbers(store.snapshot()).isEmpty)
            #expect(store.status().damage.contains { $0.path == "logs/\(name)" && $0.message.contains("newer") })
            store.upkeep(sealAll: true)
            await store.close()
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(path)/logs/\(name)")) == before)
        }
    }
}

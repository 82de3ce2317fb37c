import ArgumentParser
import Foundation
import TeleDisk
import TeleModel
import TeleStore
import TeleWire

struct UpkeepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upkeep",
        abstract: "What sealing, merging segments and replaying the write-ahead log cost, on a part of a payload.")

    @Argument var file: String
    @Option var signal: BenchSignal
    @Option(help: "An empty folder; kept afterwards.") var data: String
    @Option(help: "Only the first requests; 0 for all.") var limit = 120
    @Option(help: "Segments to merge.") var segments = 8
    @Flag(help: "One JSON line.") var json = false

    func run() async throws {
        let payload = try Payload(path: file, limit: limit)
        guard segments >= 2, segments <= 64 else { throw ValidationError("--segments is 2 to 64") }
        var options = StoreOptions(path: data + "/store") { UInt64(Date().timeIntervalSince1970 * 1e3) * 1_000_000 }
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        options.memoryBudget = 2 << 30
        options.sealBytes = .max
        options.walBytes = .max
        options.sealAge = .seconds(86_400)
        options.drive = .caller
        options.compactionInputs = .max
        var table = BenchTable(
            "upkeep \(signal.rawValue)", ["step", "records", "CPU s", "ns a record", "MB before", "MB after"])
        let metrics = MetricsState()
        var records = 0
        var store = try Store.open(options, disk: PosixDisk())
        let steps = min(segments, payload.count)
        var sealing = 0.0
        for step in 0..<steps {
            for i in payload.count * step / steps..<payload.count * (step + 1) / steps {
                records += try await signal.append(try payload.request(i), to: store, metrics)
            }
            if step == 0 {
                // What a killed server leaves: the log and no segment.
                try? FileManager.default.removeItem(atPath: data + "/killed")
                try FileManager.default.copyItem(atPath: options.path, toPath: data + "/killed")
                try await replay(options, records, &table)
            }
            let start = Usage.now().cpuSeconds
            store.upkeep(sealAll: true)
            sealing += Usage.now().cpuSeconds - start
        }
        await store.close()
        let sealed = megabytes(options.path)
        table.row(["seal", .count(records), .number(sealing), nanoseconds(sealing, records), .none, .number(sealed)])
        options.compactionInputs = 2
        store = try Store.open(options, disk: PosixDisk())
        let start = Usage.now().cpuSeconds
        store.upkeep()
        let merging = Usage.now().cpuSeconds - start
        await store.close()
        table.row([
            "merge", .count(records), .number(merging), nanoseconds(merging, records), .number(sealed),
            .number(megabytes(options.path)),
        ])
        table.print(json: json)
    }

    private func replay(_ options: StoreOptions, _ records: Int, _ table: inout BenchTable) async throws {
        var options = options
        options.path = data + "/killed"
        let before = megabytes(options.path)
        let start = Usage.now().cpuSeconds
        let store = try Store.open(options, disk: PosixDisk())
        let spent = Usage.now().cpuSeconds - start
        table.row(["replay", .count(records), .number(spent), nanoseconds(spent, records), .number(before), .none])
        await store.close()
    }

    private func nanoseconds(_ seconds: Double, _ records: Int) -> BenchTable.Cell {
        .number(seconds * 1e9 / Double(max(records, 1)))
    }

    private func megabytes(_ path: String) -> Double { Double(Folder.bytes(path)) / 1e6 }
}

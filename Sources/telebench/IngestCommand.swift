import ArgumentParser
import Foundation
import TeleDisk
import TeleEngine
import TeleModel
import TeleStore
import TeleWire

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Decode and append a payload to a store of its own: records/s a core, peak RSS, bytes on disk.",
        aliases: ["store"])

    @Argument var file: String
    @Option var signal: BenchSignal
    @Option(help: "An empty folder; kept afterwards.") var data: String
    @Option(help: "Requests that wait for the disk at once.") var parallel = 2
    @Option(help: "Only the first requests; 0 for all.") var limit = 0
    @Flag(help: "One JSON line.") var json = false

    func run() async throws {
        let payload = try Payload(path: file, limit: limit)
        var options = StoreOptions(path: data) { UInt64(Date().timeIntervalSince1970 * 1e3) * 1_000_000 }
        options.memoryBudget = 512 << 20
        let metrics = MetricsState()
        let store = try Store.open(options, disk: PosixDisk())
        let before = Usage.now()
        let start = ContinuousClock.now
        let records = try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<max(parallel, 1) {
                group.addTask {
                    var sum = 0
                    for i in stride(from: lane, to: payload.count, by: max(parallel, 1)) {
                        sum += try await append(try payload.request(i), to: store, metrics)
                        if lane == 0, i % 100 == 0 { progress(i, payload.count) }
                    }
                    return sum
                }
            }
            return try await group.reduce(0, +)
        }
        let appended = ContinuousClock.now - start
        await store.close()
        progress(payload.count, payload.count)
        let after = Usage.now()
        let cpu = after.cpuSeconds - before.cpuSeconds
        let disk = Folder.bytes(data)
        var table = BenchTable("ingest \(signal.rawValue)", ["what", "value"])
        table.row(["records", .count(records)])
        table.row(["wall s", .number(appended / .seconds(1))])
        table.row(["CPU s", .number(cpu)])
        table.row(["records/s a core", .count(Int(Double(records) / max(cpu, 1e-9)))])
        table.row(["MB/s a core", .number(Double(payload.bytes) / max(cpu, 1e-9) / 1e6)])
        table.row(["peak RSS MB", .number(after.peakMegabytes)])
        table.row(["on disk MB", .number(Double(disk) / 1e6)])
        table.row(["bytes a record", .number(Double(disk) / Double(max(records, 1)))])
        table.print(json: json)
    }

    private func append(_ request: [UInt8], to store: Store, _ metrics: MetricsState) async throws -> Int {
        try await signal.append(request, to: store, metrics)
    }

    private func progress(_ done: Int, _ all: Int) {
        guard isatty(2) == 1 else { return }
        FileHandle.standardError.write(Data("\r\(done * 100 / max(all, 1)) %\(done == all ? "\r" : "")".utf8))
    }
}

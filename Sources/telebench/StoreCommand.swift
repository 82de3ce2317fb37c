import ArgumentParser
import Foundation
import TeleDisk
import TeleEngine
import TeleModel
import TeleStore
import TeleWire

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Decode and append a payload to a store of its own: records/s a core, peak RSS, bytes on disk.")

    @Argument var file: String
    @Option var signal: BenchSignal
    @Option(help: "An empty folder; kept afterwards.") var data: String
    @Option(help: "Requests that wait for the disk at once.") var parallel = 2
    @Option(help: "Only the first requests; 0 for all.") var limit = 0

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
        let disk = bytesOnDisk()
        print(
            """
            store \(signal.rawValue): \(records) records in \(String(format: "%.1f", appended / .seconds(1))) s
              CPU \(String(format: "%.2f", cpu)) s: \(Int(Double(records) / cpu)) records/s a core
              peak RSS \(Int(after.peakMegabytes)) MB
              on disk \(String(format: "%.1f", Double(disk) / 1e6)) MB: \(String(format: "%.2f", Double(disk) / Double(records))) bytes a record
            """)
    }

    private func append(_ request: [UInt8], to store: Store, _ metrics: MetricsState) async throws -> Int {
        let decode = DecodeOptions(now: 1)
        switch signal {
        case .logs:
            let batch = try OTLP.decodeLogs(protobuf: request, options: decode).batch
            try await store.append(batch)
            return batch.count
        case .traces:
            let batch = try OTLP.decodeTraces(protobuf: request, options: decode).batch
            try await store.append(batch)
            return batch.count
        case .metrics:
            let batch = try OTLP.decodeMetrics(protobuf: request, options: decode, state: metrics).batch
            try await store.append(batch)
            return batch.count
        }
    }

    private func progress(_ done: Int, _ all: Int) {
        guard isatty(2) == 1 else { return }
        FileHandle.standardError.write(Data("\r\(done * 100 / max(all, 1)) %\(done == all ? "\r" : "")".utf8))
    }

    private func bytesOnDisk() -> Int {
        let keys: Set<URLResourceKey> = [.fileSizeKey]
        let files = FileManager.default.enumerator(
            at: URL(fileURLWithPath: data), includingPropertiesForKeys: Array(keys))
        var sum = 0
        for case let url as URL in files ?? .init() {
            sum += (try? url.resourceValues(forKeys: keys).fileSize) ?? 0
        }
        return sum
    }
}

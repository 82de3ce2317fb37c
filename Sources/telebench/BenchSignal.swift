import ArgumentParser
import Foundation
import TeleModel
import TeleStore
import TeleWire

enum BenchSignal: String, ExpressibleByArgument, CaseIterable {
    case logs, traces, metrics

    /// Decodes a request and appends it; how many records it had.
    func append(_ request: [UInt8], to store: Store, _ metrics: MetricsState) async throws -> Int {
        let decode = DecodeOptions(now: 1)
        switch self {
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
}

enum Folder {
    /// Of all files below a folder.
    static func bytes(_ path: String) -> Int {
        let keys: Set<URLResourceKey> = [.fileSizeKey]
        let files = FileManager.default.enumerator(
            at: URL(fileURLWithPath: path), includingPropertiesForKeys: Array(keys))
        var sum = 0
        for case let url as URL in files ?? .init() {
            sum += (try? url.resourceValues(forKeys: keys).fileSize) ?? 0
        }
        return sum
    }
}

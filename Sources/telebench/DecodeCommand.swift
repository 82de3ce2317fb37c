import ArgumentParser
import TeleModel
import TeleWire

struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "OTLP protobuf into columns: MB/s and records/s of one core.")

    @Argument var file: String
    @Option var signal: BenchSignal
    @Option(help: "How often to go over the file.") var times = 3
    @Option(help: "Only the first requests; 0 for all.") var limit = 0

    func run() throws {
        let payload = try Payload(path: file, limit: limit)
        let state = MetricsState()
        for _ in 0..<max(times, 1) {
            var records = 0
            let start = Usage.now().cpuSeconds
            for i in 0..<payload.count {
                let request = try payload.request(i)
                let options = DecodeOptions(now: 1)
                switch signal {
                case .logs: records += try OTLP.decodeLogs(protobuf: request, options: options).batch.count
                case .traces: records += try OTLP.decodeTraces(protobuf: request, options: options).batch.count
                case .metrics:
                    records += try OTLP.decodeMetrics(protobuf: request, options: options, state: state).batch.count
                }
            }
            let seconds = Usage.now().cpuSeconds - start
            print(
                "decode \(signal.rawValue): \(Int(Double(payload.bytes) / seconds / 1e6)) MB/s, "
                    + "\(Int(Double(records) / seconds)) records/s, \(records) records, \(payload.bytes / 1_000_000) MB"
            )
        }
    }
}

import ArgumentParser
import TeleAPI
import TeleTerm

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the server is doing: ingest, storage, memory, notices.",
        discussion: """
              telectl status
              telectl status --server http://10.0.0.7:4318 --json
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (status, body) = try await common.client.value(TeleStatus.self, "/api/tele/v1/status")
        if common.json {
            Terminal.write(body + [0x0a])
        } else {
            let terminal = common.terminal
            let style = terminal.style
            let state = status.isReady ? style.paint("ready", .good) : style.paint("not ready", .error)
            var lines = [
                "teled \(status.version)  \(state)\(status.notReadyReason.map { ": " + TextWidth.clean($0) } ?? "")"
                    + "  up \(Units.duration(UInt64(min(max(status.uptimeSeconds, 0), 1e9) * 1e9)))",
                "data \(TextWidth.clean(status.dataFolder))  durability \(status.durability)"
                    + "  http \(status.http.joined(separator: ", "))  grpc \(status.grpc.joined(separator: ", "))",
                "memory \(bytes(status.memory.resident)) resident of \(bytes(status.memory.limit))"
                    + "  queries \(status.queries.finished) done, \(status.queries.inFlight) running,"
                    + " \(status.queries.failed) failed",
                "",
            ]
            var table = Table([
                .init("signal"), .init("requests", .right), .init("records", .right), .init("rejected", .right),
                .init("received", .right), .init("head rows", .right), .init("segments", .right),
                .init("rows", .right), .init("on disk", .right),
            ])
            for ingest in status.ingest {
                let stored = status.storage.first { $0.signal == ingest.signal }
                table.add([
                    .init(ingest.signal), .init(count(ingest.requests)), .init(count(ingest.records)),
                    .init(count(ingest.rejected), ingest.rejected > 0 ? .warning : .plain), .init(bytes(ingest.bytes)),
                    .init(count(stored?.headRows ?? 0)), .init(count(stored?.segments ?? 0)),
                    .init(count(stored?.segmentRows ?? 0)), .init(bytes(stored?.segmentBytes ?? 0)),
                ])
            }
            lines += table.lines(width: terminal.width, style: style)
            for refusal in status.refused where refusal.requests > 0 {
                lines.append(style.paint("refused \(refusal.requests) requests: \(refusal.reason)", .warning))
            }
            for notice in status.notices { lines.append(style.paint("notice: \(TextWidth.clean(notice))", .warning)) }
            Terminal.print(lines)
        }
        if !status.isReady { throw ExitCode.notFound }
    }

    private func bytes(_ value: Int) -> String { Units.bytes(UInt64(max(value, 0))) }
    private func count(_ value: Int) -> String { Units.count(Double(value)) }
}

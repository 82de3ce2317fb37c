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
            Terminal.print(StatusCommand.lines(status, width: terminal.width, style: terminal.style))
        }
        if !status.isReady { throw ExitCode.notFound }
    }

    static func lines(_ status: TeleStatus, width: Int, style: Style) -> [String] {
        let state = status.isReady ? style.paint("ready", .good) : style.paint("not ready", .error)
        let facts = [
            [
                "teled \(TextWidth.clean(status.version))",
                state + (status.notReadyReason.map { ": " + TextWidth.clean($0) } ?? ""),
                "up \(Units.duration(UInt64(min(max(status.uptimeSeconds, 0), 1e9) * 1e9)))",
            ],
            [
                "data \(TextWidth.clean(status.dataFolder))", "durability \(status.durability)",
                "http \(status.http.joined(separator: ", "))", "grpc \(status.grpc.joined(separator: ", "))",
            ],
            [
                "memory \(bytes(status.memory.resident)) resident of \(bytes(status.memory.limit))",
                "queries \(status.queries.finished) done, \(status.queries.inFlight) running,"
                    + " \(status.queries.failed) failed",
            ],
        ]
        var lines = facts.flatMap { TextWidth.flow($0, separator: "  ", to: width) } + [""]
        var table = Table([
            .init("signal"), .init("requests", .right, rank: 4), .init("records", .right), .init("rejected", .right),
            .init("received", .right, rank: 3), .init("head rows", .right, rank: 2), .init("segments", .right, rank: 5),
            .init("rows", .right, rank: 1), .init("on disk", .right),
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
        lines += table.lines(width: width, style: style)
        for refusal in status.refused where refusal.requests > 0 {
            let text = "refused \(refusal.requests) requests: \(TextWidth.clean(refusal.reason))"
            lines.append(style.paint(TextWidth.cut(text, to: width), .warning))
        }
        // Whole: what an operator has to do stands at the end of some.
        for notice in status.notices {
            let words = "notice: \(TextWidth.clean(notice))".split(separator: " ").map(String.init)
            lines += TextWidth.flow(words, separator: " ", to: width).map { style.paint($0, .warning) }
        }
        return lines
    }

    private static func bytes(_ value: Int) -> String { Units.bytes(UInt64(max(value, 0))) }
    private static func count(_ value: Int) -> String { Units.count(Double(value)) }
}

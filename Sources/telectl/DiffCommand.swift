import ArgumentParser
import TeleAPI
import TeleTerm

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Align two traces by structure: what is slower, new and missing in the second.",
        discussion: """
              telectl diff 5b8efff7 0af76519
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The trace to compare with.", completion: .traceIDs)
    var first: String

    @Argument(help: "The trace that is looked at.", completion: .traceIDs)
    var second: String

    func run() async throws {
        let client = try common.client
        let (a, bytesA) = try await client.trace(first)
        let (b, bytesB) = try await client.trace(second)
        if common.json {
            Terminal.write(Array(#"{"a":"#.utf8) + bytesA + Array(#","b":"#.utf8) + bytesB + Array("}\n".utf8))
            return
        }
        let terminal = common.terminal
        Terminal.print(TraceDiff(TraceView(a), TraceView(b)).lines(width: terminal.width, style: terminal.style))
    }
}

extension ServerClient {
    /// A trace by its id or a prefix of it.
    func trace(_ id: String, withLogs: Bool = false) async throws -> (value: TeleTrace, body: [UInt8]) {
        guard !id.isEmpty, id.utf8.count <= 32, id.allSatisfy(\.isHexDigit) else {
            throw ValidationError("a trace id is up to 32 hexadecimal digits, not '\(id)'")
        }
        return try await value(
            TeleTrace.self, "/api/tele/v1/trace/\(id.lowercased())", withLogs ? [("logs", "1")] : [])
    }
}

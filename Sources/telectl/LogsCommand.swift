import ArgumentParser
import TeleTerm

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show log lines, oldest at the top.",
        discussion: """
              telectl logs                                     the last lines of every service
              telectl logs '{service_name="checkout"} |= "declined"'
              telectl logs -f --service payments               follow live
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var time: TimeRangeOptions

    @Option(name: .shortAndLong, help: "The newest so many lines.")
    var number = 100

    @Flag(name: .shortAndLong, help: "Go on showing new lines as they arrive.")
    var follow = false

    @Option(name: .long, help: "Lines of this service.")
    var service: String?

    @Option(name: .shortAndLong, help: "text, json (an object a line), raw (the line alone) or logfmt.")
    var output = LogOutput.text

    @Argument(help: ArgumentHelp("A LogQL query.", valueName: "logql"))
    var query: String?

    func validate() throws {
        if number < 1 { throw ValidationError("-n must be at least 1") }
        if query != nil, service != nil { throw ValidationError("put the service into the query's selector") }
        if follow, common.json { throw ValidationError("with -f use --output json: an object a line") }
    }

    private var logQL: String {
        if let query { return query }
        let quoted = service?.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return quoted.map { "{service_name=\"\($0)\"}" } ?? "{service_name=~\".+\"}"
    }

    func run() async throws {
        let client = try common.client
        let (from, to) = time.range(defaultLength: hour)
        let (answer, body) = try await fetch(client, from: from, to: to, direction: "backward", limit: number)
        if common.json {
            Terminal.write(body + [0x0a])
            if answer.entries.isEmpty { throw ExitCode.notFound }
            return
        }
        let printer = LogPrinter(output: output, terminal: common.terminal)
        printer.show(answer.entries.sorted { $0.time < $1.time })
        if follow {
            try await LogFollower(fetch: fetch, client: client, printer: printer).run(after: answer.entries, from: to)
        }
        if answer.entries.isEmpty {
            Terminal.complain("no line in this range matches")
            throw ExitCode.notFound
        }
    }

    private func fetch(
        _ client: ServerClient, from: UInt64, to: UInt64, direction: String, limit: Int
    ) async throws -> (LokiAnswer, [UInt8]) {
        try await client.value(
            LokiAnswer.self, "/loki/api/v1/query_range",
            [
                ("query", logQL), ("start", "\(from)"), ("end", "\(to)"), ("direction", direction),
                ("limit", "\(limit)"),
            ], headers: [("X-Loki-Response-Encoding-Flags", "categorize-labels")])
    }
}

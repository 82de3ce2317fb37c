import ArgumentParser
import TeleTerm

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show log lines, oldest at the top.",
        discussion: """
              telectl logs                                     the last lines of every service
              telectl logs '{service_name="checkout"} |= "declined"' -C 5
              telectl logs -f --service payments               follow live
              telectl logs --patterns --since 6h               the shapes that lines have
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var time: TimeRangeOptions

    @Option(name: [.customShort("n"), .customLong("number"), .customLong("limit")], help: "The newest so many lines.")
    var number = 100

    @Flag(name: .shortAndLong, help: "Go on showing new lines as they arrive.")
    var follow = false

    @Option(name: .long, help: "Lines of this service.", completion: .services)
    var service: String?

    @Option(name: .shortAndLong, help: "text, json (an object a line), raw (the line alone) or logfmt.")
    var output = LogOutput.text

    @Option(
        name: [.customShort("C"), .long],
        help: ArgumentHelp("With so many lines of the same stream around each.", valueName: "lines"))
    var context = 0

    @Flag(name: .long, help: "The shapes that lines have and how often, in place of the lines.")
    var patterns = false

    @Flag(inversion: .prefixedNo, help: "Lines over time above them (default: on a terminal).")
    var histogram: Bool?

    @Argument(help: ArgumentHelp("A LogQL query.", valueName: "logql"), completion: .logQL)
    var query: String?

    func validate() throws {
        if number < 1 { throw ValidationError("-n must be at least 1") }
        if !(0...1_000).contains(context) { throw ValidationError("-C takes 0 to 1000 lines") }
        if query != nil, service != nil { throw ValidationError("put the service into the query's selector") }
        if follow, common.json { throw ValidationError("with -f use --output json: an object a line") }
        if follow, context > 0 || patterns { throw ValidationError("-f goes with neither -C nor --patterns") }
    }

    private var logQL: String {
        if let query { return query }
        let quoted = service?.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return quoted.map { "{service_name=\"\($0)\"}" } ?? "{service_name=~\".+\"}"
    }

    func run() async throws {
        let client = try common.client
        let (from, to) = time.range(defaultLength: hour)
        let overview = LogOverview(client: client, query: logQL, from: from, to: to)
        let terminal = common.terminal
        if patterns { return try await showPatterns(overview, terminal) }
        let (answer, body) = try await fetch(client, from: from, to: to, direction: "backward", limit: number)
        if common.json {
            Terminal.write(body + [0x0a])
            if answer.entries.isEmpty { throw ExitCode.notFound }
            return
        }
        if histogram ?? (terminal.isTerminal && output == .text), !answer.entries.isEmpty {
            let histogram = try await overview.histogram(width: terminal.width)
            Terminal.print(histogram?.lines(style: terminal.style) ?? [])
        }
        let printer = LogPrinter(output: output, terminal: terminal)
        if context > 0 {
            let groups = try await LogContext(client: client, count: context).groups(around: answer.entries)
            printer.show(groups)
        } else {
            printer.show(answer.entries.sorted { $0.time < $1.time })
        }
        if follow {
            try await LogFollower(fetch: fetch, client: client, query: logQL, printer: printer)
                .run(after: answer.entries, from: to)
        }
        if answer.entries.isEmpty {
            Terminal.complain("no line in this range matches")
            throw ExitCode.notFound
        }
    }

    private func showPatterns(_ overview: LogOverview, _ terminal: Terminal) async throws {
        let table = try await overview.patterns()
        guard !table.patterns.isEmpty else {
            Terminal.complain("no line in this range matches")
            throw ExitCode.notFound
        }
        Terminal.print(table.lines(width: min(terminal.tableWidth, 250), style: terminal.style))
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

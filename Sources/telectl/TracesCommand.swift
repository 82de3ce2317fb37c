import ArgumentParser
import TeleTerm

struct TracesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traces", abstract: "Find traces, newest first.",
        discussion: """
              telectl traces
              telectl traces --service checkout --min 200ms
              telectl traces --errors --since 15m
              telectl traces --slowest --since 1h
              telectl traces '{ resource.service.name = "checkout" && duration > 200ms }'
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var time: TimeRangeOptions

    @Option(name: [.customShort("n"), .customLong("number"), .customLong("limit")], help: "At most this many.")
    var number = 20

    @Option(name: .long, help: "Traces in which this service took part.", completion: .services)
    var service: String?

    @Option(name: .long, help: ArgumentHelp("With a span at least this long.", valueName: "length"))
    var min: String?

    @Flag(name: .long, help: "With a span that failed.")
    var errors = false

    @Flag(name: .long, help: "The slowest first, of the newest 2000 that match.")
    var slowest = false

    @Argument(help: ArgumentHelp("A TraceQL query.", valueName: "traceql"))
    var query: String?

    func validate() throws {
        if number < 1 { throw ValidationError("-n must be at least 1") }
        if query != nil, service != nil || min != nil || errors {
            throw ValidationError("put the conditions of --service, --min and --errors into the query")
        }
        if let min, SpanArgument(argument: min) == nil { throw ValidationError("--min '\(min)' is no length of time") }
    }

    private var traceQL: String {
        if let query { return query }
        var conditions: [String] = []
        if let service {
            let quoted = service.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            conditions.append("resource.service.name = \"\(quoted)\"")
        }
        if let min, let length = SpanArgument(argument: min) {
            conditions.append("duration >= \(length.nanoseconds)ns")
        }
        if errors { conditions.append("status = error") }
        return "{ \(conditions.joined(separator: " && ")) }"
    }

    struct Found: Decodable {
        struct Trace: Decodable {
            var traceID: String
            var rootServiceName: String?
            var rootTraceName: String?
            var startTimeUnixNano: String?
            var durationMs: Double?
            var spanSet: SpanSet?
        }
        struct SpanSet: Decodable {
            var matched: Int?
        }
        struct Metrics: Decodable {
            var completedJobs: Int?
            var totalJobs: Int?
        }
        var traces: [Trace]?
        var metrics: Metrics?

        /// Whether there may be traces that the search did not come to.
        var isCut: Bool { metrics?.completedJobs ?? 1 < metrics?.totalJobs ?? 1 }
    }

    func run() async throws {
        let (from, to) = time.range(defaultLength: hour)
        let second: UInt64 = 1_000_000_000
        let (found, body) = try await common.client.value(
            Found.self, "/tempo/api/search",
            [
                ("q", traceQL), ("limit", "\(slowest ? Swift.max(number, 2_000) : number)"),
                ("start", "\(from / second)"),
                ("end", "\(to / second + 1)"),
            ])
        var traces = found.traces ?? []
        if slowest {
            traces.sort { ($0.durationMs ?? 0) > ($1.durationMs ?? 0) }
            traces = Array(traces.prefix(number))
            if found.isCut {
                Terminal.complain(
                    "more traces match than were looked at (the newest 2000): narrow --since or the query")
            }
        }
        if common.json {
            Terminal.write(body + [0x0a])
        } else if !traces.isEmpty {
            let terminal = common.terminal
            // The first digits are enough to name a trace; an id that is cut anywhere is no use in a pipe.
            terminal.show(TracesCommand.table(traces, digits: terminal.tableWidth < 110 ? 12 : 32))
        }
        if traces.isEmpty {
            Terminal.complain("no trace in this range matches")
            throw ExitCode.notFound
        }
    }

    static func table(_ traces: [Found.Trace], digits: Int) -> Table {
        var table = Table([
            .init("start (UTC)", rank: 1), .init("duration", .right), .init("matched", .right, rank: 2),
            // An id is not cut: on the right side only, where all of them are equally wide.
            .init("service"), .init("root span"), .init("trace", .right),
        ])
        for trace in traces {
            let service = trace.rootServiceName ?? ""
            table.add([
                .init(Timestamp.text(UInt64(trace.startTimeUnixNano ?? "") ?? 0), .dim),
                .init(Units.duration(UInt64(Swift.max(0, Swift.min(trace.durationMs ?? 0, 1e12)) * 1e6))),
                .init(trace.spanSet?.matched.map { "\($0)" } ?? ""),
                .init(service, Style.service(service)), .init(trace.rootTraceName ?? ""),
                .init(
                    String(
                        (String(repeating: "0", count: Swift.max(0, 32 - trace.traceID.count)) + trace.traceID)
                            .prefix(digits)), .accent),
            ])
        }
        return table
    }
}

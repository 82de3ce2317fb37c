import ArgumentParser
import TeleAPI
import TeleTerm

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Say why a trace took as long as it did, on one screen.",
        discussion: """
            The critical path with the time that each span held it up by itself, spans that are slower than 95 of 100
            of their operation in the hour before, errors and log lines; it ends with one sentence.
              telectl why 5b8efff7
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The trace id, or at least 4 of its first digits.", completion: .traceIDs)
    var id: String

    func run() async throws {
        let client = try common.client
        let trace = try await client.trace(id, withLogs: true, isJSON: common.json)
        defer { trace.complainIfCut() }
        if common.json { return Terminal.write(trace.body + [0x0a]) }
        let view = trace.view
        let terminal = common.terminal
        let (query, time) = WhyCommand.usualQuery(view)
        let (answer, _) = try await client.value(
            PrometheusAnswer.self, "/api/v1/query", [("query", query), ("time", time)])
        let usual = WhyCommand.usual(answer)
        Terminal.print(TraceReason(view, usual: usual).lines(width: terminal.width, style: terminal.style))
    }

    /// What asks for p95 of the operations of the trace's services over the hour that ends with it, and when.
    static func usualQuery(_ trace: TraceView) -> (query: String, time: String) {
        let services = Set(trace.spans.map(\.service)).sorted().prefix(100).map(WhyCommand.escaped)
        let end = trace.spans.map { max($0.end, $0.start) }.max() ?? 0
        // The counters of the trace's own spans are written up to 15 s after them.
        let time = Double(min(end / 1_000_000, 1 << 52)) / 1_000 + 20
        let query = """
            histogram_quantile(0.95, sum by (le, service, span_name) (
            increase(traces_spanmetrics_latency_bucket{service=~"\(services.joined(separator: "|"))"}[1h])))
            """
        return (query, "\(time)")
    }

    /// Nanoseconds; empty where the server keeps no metrics of spans.
    static func usual(_ answer: PrometheusAnswer) -> [TraceReason.Operation: UInt64] {
        var out: [TraceReason.Operation: UInt64] = [:]
        for row in answer.rows {
            guard let value = row.points.first.flatMap({ Double($0.value) }), value.isFinite, value >= 0 else {
                continue
            }
            let operation = TraceReason.Operation(
                service: row.labels["service"] ?? "", name: row.labels["span_name"] ?? "")
            out[operation] = UInt64(min(value, 9e9) * 1e9)
        }
        return out
    }

    /// As a literal of a regular expression within a PromQL string.
    static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "\\", "\"": out += "\\\\\\" + String(character)
            case "\n": out += "\\n"
            case ".", "+", "*", "?", "(", ")", "[", "]", "{", "}", "|", "^", "$": out += "\\\\" + String(character)
            default: out.append(character)
            }
        }
        return out
    }
}

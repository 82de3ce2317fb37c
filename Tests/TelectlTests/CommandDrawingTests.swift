import Foundation
import TeleAPI
import TeleTerm
import TeleTestKit
import Testing

@testable import telectl

/// What the commands print as tables, at each width, with names that are hard to align.
struct CommandDrawingTests {
    private static let now: UInt64 = 1_795_239_000_000_000_000
    private static let names = [
        "checkout", "日本語の決済サービス", "שירות תשלומים", "👩‍👩‍👧 family", "nai\u{308}ve", "\u{1b}[31mred\n\u{202e}x",
        "a-name-that-is-much-longer-than-any-column-of-a-terminal-would-be",
    ]

    private static func decode<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    private static func quoted(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    private static let drawings: [String: @Sendable (Int, Style) throws -> [String]] = [
        "services": { width, style in
            let services = names.enumerated().map { index, name in
                TeleService(
                    name: index == 3 ? "" : name, requests: index, rate: Double(index) * 123.4, errors: index,
                    errorRatio: Double(index) / 10, p50: 1e6, p95: 2e9, p99: .nan, spans: index * 98_765)
            }
            return ServicesCommand.table(TeleServices(startUnixNano: "0", endUnixNano: "1", services: services)).lines(
                width: width, style: style)
        },
        "traces": { width, style in
            let traces = try names.enumerated().map { index, name -> TracesCommand.Found.Trace in
                try decode(
                    """
                    {"traceID":"5b8efff798038103d269b633813fc60\(index)","rootServiceName":\(try quoted(name)),
                     "rootTraceName":\(try quoted(names[(index + 2) % names.count])),
                     "startTimeUnixNano":"\(now)","durationMs":\(index * 777),"spanSet":{"matched":\(index * 9)}}
                    """)
            }
            return TracesCommand.table(traces, digits: width < 110 ? 12 : 32).lines(width: width, style: style)
        },
        "status": { width, style in
            var status = TeleStatus(
                version: "0.1.0", started: 0, dataFolder: "/var/lib/" + names[6], durability: "fsync")
            status.isReady = true
            status.uptimeSeconds = 98_765
            status.http = ["127.0.0.1:4318", "[::1]:4318"]
            status.grpc = ["127.0.0.1:4317"]
            status.ingest = ["logs", "traces", "metrics"].map { TeleStatus.Ingest(signal: $0) }
            status.ingest[1].requests = 1_234_567
            status.ingest[1].rejected = 12
            status.ingest[1].bytes = 9 << 40
            status.storage = ["logs", "traces"].map { TeleStatus.Storage(signal: $0) }
            status.storage[1].segmentBytes = 50 << 30
            status.storage[1].segmentRows = 987_654_321
            status.refused = [TeleStatus.Refusals(names[1], 3), TeleStatus.Refusals("none", 0)]
            status.notices = names
            return StatusCommand.lines(status, width: width, style: style)
        },
        "alerts": { width, style in
            let alerts = try names.enumerated().map { index, name -> PrometheusAlerts.Alert in
                try decode(
                    """
                    {"labels":{"alertname":\(try quoted(name)),"service":"s\(index)"},
                     "annotations":{"summary":\(try quoted(names[(index + 1) % names.count]))},
                     "state":"\(index % 2 == 0 ? "firing" : "pending")","activeAt":"2026-11-21T01:02:03Z","value":"\(index)e+00"}
                    """)
            }
            return AlertsCommand.table(alerts, now: now).lines(width: width, style: style)
        },
        "slo": { width, style in
            let figures = [
                ("slo:objective:ratio", "0.995"), ("slo:error_budget_left:ratio", "-0.2"),
                ("slo:error_ratio:rate5m", "0.1"), ("slo:error_ratio:rate1h", "0.0001"),
                ("slo:error_ratio:rate6h", "NaN"),
            ]
            let rows = try names.flatMap { name in
                try figures.map { metric, value in
                    #"{"metric":{"__name__":"\#(metric)","slo":\#(try quoted(name))},"value":[1,"\#(value)"]}"#
                }
            }
            return SLOCommand.table(try vector(rows)).lines(width: width, style: style)
        },
        "breakers": { width, style in
            let rows = names.enumerated().map { index, name in
                BreakerRow(
                    service: name, instance: "i", name: names[(index + 3) % names.count], state: Double(index % 3),
                    opened: Double(index), succeeded: 1e7, failed: 12_345, rejected: 3, retries: 1, late: 0)
            }
            return BreakersCommand.table(rows).lines(width: width, style: style)
        },
        "silences": { width, style in
            let silences = try names.map { name -> ShownSilence in
                try decode(
                    """
                    {"id":"3f2a54d6-1f0e-4b8a-9c1d-2f6d1c0b9a87","status":{"state":"active"},"endsAt":"2026-11-21T07:00:00Z",
                     "matchers":[{"name":"alertname","value":\(try quoted(name)),"isRegex":true,"isEqual":false}],
                     "createdBy":\(try quoted(name)),"comment":\(try quoted(name))}
                    """)
            }
            return SilenceCommand.table(silences).lines(width: width, style: style)
        },
        "lint": { width, style in
            let findings = names.enumerated().map { index, name in
                TeleLint.Finding(
                    service: index == 0 ? "" : name, operation: names[(index + 1) % names.count],
                    problem: "ends before it starts", count: index * 1_111, of: 99_999,
                    exampleTraceID: "5b8efff798038103d269b633813fc60c")
            }
            return LintTraces.table(findings).lines(width: width, style: style)
        },
        "loglevels": { width, style in
            let levels = names.map { TeleLogLevel(service: $0, label: $0 + "*", level: "debug", seconds: .max) }
            return LogLevelCommand.table(TeleLogLevels(levels: levels)).lines(width: width, style: style)
        },
        "segments": { width, style in
            let segments = names.enumerated().map { index, name in
                SegmentRow(
                    signal: "logs", path: "logs/" + name, rows: .max, bytes: .max, blocks: index, minTimeUnixNano: "0",
                    maxTimeUnixNano: "\(UInt64.max)", isPublished: index % 2 == 0,
                    problems: index == 4 ? ["checksum"] : [])
            }
            return SegmentsCommand.table(segments).lines(width: width, style: style)
        },
        "query": { width, style in
            let rows = try names.map { name in
                #"{"metric":{"__name__":"up","job":\#(try quoted(name))},"value":[1,"12345.678"]}"#
            }
            return QueryCommand.table(try vector(rows)).lines(width: width, style: style)
        },
    ]

    private static func vector(_ rows: [String]) throws -> [PrometheusAnswer.Row] {
        let answer: PrometheusAnswer = try decode(
            #"{"data":{"resultType":"vector","result":["# + rows.joined(separator: ",") + "]}}")
        return answer.rows
    }

    @Test(arguments: drawings.keys.sorted(), [40, 80, 120, 200]) func drawn(name: String, width: Int) throws {
        let draw = try #require(Self.drawings[name])
        let lines = try draw(width, .plain)
        #expect(Snapshot.problem(lines, "\(name)-\(width)") == nil)
    }

    @Test(arguments: drawings.keys.sorted()) func noLineIsWiderThanTheTerminal(name: String) throws {
        let draw = try #require(Self.drawings[name])
        for width in 40...200 {
            for line in try draw(width, .plain) {
                #expect(TextWidth.of(line) <= width, "\(name) \(width): \(line)")
                #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202e }, "\(name): \(line)")
            }
        }
    }
}

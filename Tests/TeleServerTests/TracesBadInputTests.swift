import Foundation
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// Traces that nobody should send and questions that nobody should ask, over HTTP: answered below 500 in bounded time,
/// and what is sound beside them is still there.
@Suite struct TracesBadInputTests {
    private static let routes =
        TempoRoutes.all + JaegerRoutes.all + ZipkinRoutes.all + TeleRoutes.all

    /// The spans of one trace as OTLP JSON; each has an id, a parent, a start and an end.
    private static func otlp(
        trace: String, _ spans: [(id: String, parent: String, start: String, end: String)]
    ) -> [UInt8] {
        let all = spans.map { span in
            """
            {"traceId":"\(trace)","spanId":"\(span.id)","parentSpanId":"\(span.parent)","name":"<script>","kind":2,
            "startTimeUnixNano":"\(span.start)","endTimeUnixNano":"\(span.end)","status":{"code":2}}
            """
        }
        return Array(
            """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"odd"}}]},
            "scopeSpans":[{"spans":[\(all.joined(separator: ","))]}]}]}
            """.utf8)
    }

    private static let cycle = "0000000000000000000000000000c1c1"
    private static let itself = "0000000000000000000000000000c2c2"
    private static let times = "0000000000000000000000000000c3c3"
    private static let twins = "0000000000000000000000000000c4c4"
    private static let deep = "0000000000000000000000000000c5c5"

    private static func send(_ running: RunningServer) async throws {
        let now = WallClock.milliseconds
        func nano(_ offset: Int64) -> String { "\((now + offset) * 1_000_000)" }
        func id(_ number: Int) -> String { String(format: "%016x", number) }
        var ring = (1...40).map { (id($0), id($0 % 40 + 1), nano(Int64($0)), nano(Int64($0) + 5)) }
        ring.append((id(41), id(7), nano(0), nano(1)))
        let bodies: [[UInt8]] = [
            otlp(trace: cycle, ring),
            otlp(trace: itself, [(id(1), id(1), nano(0), nano(3)), (id(2), id(2), nano(0), nano(3))]),
            otlp(
                trace: times,
                [
                    (id(1), "", nano(0), nano(-5_000)), (id(2), id(1), nano(1), "0"),
                    (id(3), id(1), nano(1), "18446744073709551615"), (id(4), id(9), nano(0), nano(0)),
                ]),
            otlp(trace: twins, Array(repeating: (id(1), "", nano(0), nano(1)), count: 200)),
            otlp(trace: deep, (1...5000).map { (id($0), $0 == 1 ? "" : id($0 - 1), nano(0), nano(1)) }),
        ]
        for body in bodies {
            let answer = try await running.send(
                "POST", "/v1/traces", [("Content-Type", "application/json")], body: body)
            #expect(answer.status == 200, "\(answer.text.prefix(200))")
        }
    }

    @Test(.timeLimit(.minutes(2))) func oddTracesAreShownAsWhatTheyAre() async throws {
        try await RunningServer.with(routes: TracesBadInputTests.routes) { running in
            try await running.waitUntilReady()
            try await TracesBadInputTests.send(running)
            for id in [Self.cycle, Self.itself, Self.times, Self.twins, Self.deep] {
                for path in [
                    "/tempo/api/traces/", "/tempo/api/v2/traces/", "/jaeger/api/traces/", "/jaeger/api/v3/traces/",
                    "/zipkin/api/v2/trace/", "/api/tele/v1/trace/",
                ] {
                    for accept in ["application/json", "application/protobuf"] {
                        try await BadInput.ask(running, path + id, [], [200], accept: accept)
                    }
                }
                try await BadInput.ask(running, "/api/tele/v1/trace/\(id)/context", [], [200])
            }
            let queries = [
                "{} >> {}", "{} << {}", "{} ~ {}", "{} !>> {}", "{} &>> {}", "{ nestedSetLeft > 0 }",
                "{ nestedSetParent < 0 } | count() > 0", "{ rootName = \"<script>\" }", "{ traceDuration > 1h }",
                "{ duration < 0s }", "{ childCount > 0 }", "{ span:parentID = \"\" }",
            ]
            for query in queries {
                try await BadInput.ask(running, "/tempo/api/search", [("q", query)], [200, 400], query)
            }
            for query in ["{} | rate()", "{} >> {} | quantile_over_time(duration, 0.9) by (name)", "{} | compare({})"] {
                try await BadInput.ask(
                    running, "/tempo/api/metrics/query_range", [("q", query), ("since", "1h")], [200, 400], query)
            }
            try await BadInput.ask(running, "/api/tele/v1/lint/traces", [], [200])
            try await BadInput.ask(running, "/jaeger/api/traces", [("service", "odd")], [200])
            try await BadInput.ask(running, "/zipkin/api/v2/traces", [("serviceName", "odd")], [200])
            try await BadInput.ask(running, "/zipkin/api/v2/dependencies", [("endTs", "9999999999999")], [200])
        }
    }

    @Test(.timeLimit(.minutes(2))) func questionsThatNobodyShouldAsk() async throws {
        try await RunningServer.with(routes: TracesBadInputTests.routes) { running in
            try await running.waitUntilReady()
            try await TracesBadInputTests.send(running)
            let bad: [(String, String)] = [
                ("parentheses", BadInput.deep("(", "{}", ")", 50_000)),
                ("parentheses in a filter", "{" + BadInput.deep("(", "true", ")", 50_000) + "}"),
                ("open braces", String(repeating: "{", count: 60_000)),
                ("negations", "{" + String(repeating: "!", count: 50_000) + "true}"),
                ("signs", "{ duration > " + String(repeating: "-", count: 50_000) + "1s }"),
                ("an open string", "{ name = \"a }"), ("nothing but a pipe", "|"),
                ("a broken pattern", "{ name =~ \"(\" }"),
                ("a large pattern", "{ name =~ \"(x{1000}){1000}\" }"),
                ("a duration that overflows", "{ duration > 99999999999999999999h }"),
                ("an unknown intrinsic", "{ nonsense = 1 }"), ("a status that is none", "{ status = fine }"),
                ("an aggregate of a string", "{} | avg(name) > 1"), ("a quantile of 7", "{} | quantile_over_time()"),
                ("types that do not fit", "{ duration = \"a\" }"),
            ]
            for (name, query) in bad {
                try await BadInput.ask(
                    running, "/tempo/api/metrics/query_range", [("q", query)], [400, 414, 422], name, isForm: true)
                if query.utf8.count < 1000 {
                    try await BadInput.ask(running, "/tempo/api/search", [("q", query)], [400, 422], name)
                }
            }
            let heavy = [
                Array(repeating: "{}", count: 1000).joined(separator: " >> "),
                Array(repeating: "{ name = \"a\" }", count: 1000).joined(separator: " || "),
                "{ name =~ \"(a+)+(a+)+(a+)+b\" }", "{ .a > 9e999999 }",
                "{} | by(name) | by(kind) | coalesce() | count() > 0",
            ]
            for query in heavy {
                try await BadInput.ask(
                    running, "/tempo/api/metrics/query_range", [("q", query + " | rate()")], [], isForm: true)
            }
            for (key, value) in [
                ("limit", "9223372036854775808"), ("limit", "-1"), ("limit", "x"), ("spss", "-5"),
                ("spss", "99999999999999999999"), ("start", "1e30"), ("end", "-9223372036854775808"),
                ("minDuration", "99999999999999h"), ("maxDuration", "-1s"), ("tags", "a=\"b"),
                ("tags", "=" + String(repeating: "=", count: 5000)),
            ] {
                try await BadInput.ask(
                    running, "/tempo/api/search", [("q", "{}"), (key, value)], [], "\(key)=\(value)")
                try await BadInput.ask(running, "/tempo/api/search", [(key, value)], [], "\(key)=\(value)")
            }
            for (key, value) in [
                ("step", "0"), ("step", "1e-9"), ("step", "-5s"), ("step", "99999999999999y"), ("since", "999999999h"),
                ("start", "5"), ("end", "1"), ("exemplars", "-1"),
            ] {
                try await BadInput.ask(
                    running, "/tempo/api/metrics/query_range", [("q", "{} | rate()"), (key, value)], [],
                    "\(key)=\(value)")
            }
            for id in [
                "x", "%00", "0", "zz00", String(repeating: "a", count: 33), String(repeating: "f", count: 5000), "-1",
            ] {
                for path in [
                    "/tempo/api/traces/", "/tempo/api/v2/traces/", "/jaeger/api/traces/", "/jaeger/api/v3/traces/",
                    "/zipkin/api/v2/trace/", "/api/tele/v1/trace/",
                ] { try await BadInput.ask(running, path + id, [], [200, 400, 404], id) }
            }
            for (key, value) in [
                ("limit", "9223372036854775808"), ("lookback", "-1"), ("start", "x"), ("end", "-5"), ("tags", "{"),
                ("minDuration", "1 parsec"),
            ] {
                try await BadInput.ask(running, "/jaeger/api/traces", [("service", "odd"), (key, value)], [], key)
                try await BadInput.ask(running, "/zipkin/api/v2/traces", [(key, value)], [], key)
            }
            try await BadInput.ask(running, "/tempo/api/traces/" + Self.itself, [], [200])
        }
    }

    @Test(.timeLimit(.minutes(2))) func bodiesThatAreNoSpans() async throws {
        try await RunningServer.with(routes: TracesBadInputTests.routes) { running in
            try await running.waitUntilReady()
            let good = #"{"traceId":"463ac35c9f6413ad","id":"0000000000000001","name":"a","timestamp":5,"duration":5}"#
            let bad = [
                "", "null", "{}", "5", "[5]", "[null]", "[[]]", "[\(good)", "[{}]", #"[{"traceId":5,"id":"1"}]"#,
                #"[{"traceId":"xyz","id":"1"}]"#, #"[{"traceId":"","id":"1"}]"#, #"[{"traceId":"1"}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"123456789012345678901234567890123"}]"#,
                #"[{"traceId":"463ac35c9f6413ad463ac35c9f6413ad00","id":"1"}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","timestamp":"soon"}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","timestamp":-5,"duration":-9223372036854775808}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","timestamp":1e300}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","tags":[1]}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","tags":{"a":{"b":1}}}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","annotations":{"a":1}}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","localEndpoint":"x"}]"#,
                #"[{"traceId":"463ac35c9f6413ad","id":"1","kind":7}]"#,
                BadInput.deep("[", "", "]", 100_000),
                #"[{"traceId":"463ac35c9f6413ad","id":"1","tags":{"a":"# + BadInput.deep("[", "", "]", 50_000) + "}}]",
            ]
            for text in bad {
                for path in ["/api/v2/spans", "/zipkin/api/v2/spans", "/v1/traces"] {
                    let answer = try await running.send(
                        "POST", path, [("Content-Type", "application/json")], body: Array(text.utf8))
                    #expect(
                        answer.status < 500, "\(path) \(text.prefix(80)): \(answer.status) \(answer.text.prefix(200))")
                }
            }
            var random = SeededGenerator(seed: 4)
            for _ in 0..<200 {
                var bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.below(256)) }
                if random.chance(0.5) { bytes = [0x0a, UInt8(bytes.count & 0x7f)] + bytes }
                for path in ["/api/v2/spans", "/v1/traces"] {
                    let answer = try await running.send(
                        "POST", path, [("Content-Type", "application/x-protobuf")], body: bytes)
                    #expect(answer.status < 500, "\(path) \(bytes): \(answer.status)")
                }
            }
            let sound = try await running.send(
                "POST", "/api/v2/spans", [("Content-Type", "application/json")], body: Array("[\(good)]".utf8))
            #expect(sound.status == 202)
        }
    }
}

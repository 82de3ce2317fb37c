import Foundation
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// Lines that nobody should send and questions that nobody should ask, over HTTP: answered below 500 in bounded time,
/// and what is sound beside them is still there.
@Suite struct LogsBadInputTests {
    private static func push(_ running: RunningServer, _ text: String) async throws -> RunningServer.Answer {
        try await running.send(
            "POST", "/loki/api/v1/push", [("Content-Type", "application/json")], body: Array(text.utf8))
    }

    private static func stream(_ labels: String, _ values: String) -> String {
        #"{"streams":[{"stream":\#(labels),"values":[\#(values)]}]}"#
    }

    @Test(.timeLimit(.minutes(2))) func pushesThatAreNone() async throws {
        let now = "\(WallClock.milliseconds)000000"
        try await RunningServer.with(routes: LokiRoutes.all) { running in
            try await running.waitUntilReady()
            let many = (0..<10_000).map { #""l\#($0)":"v""# }.joined(separator: ",")
            let bad = [
                "", "null", "[]", "5", #"{"streams":5}"#, #"{"streams":[5]}"#, #"{"streams":[{}]}"#,
                Self.stream("5", #"["\#(now)","a"]"#), Self.stream(#"{"a":5}"#, #"["\#(now)","a"]"#),
                Self.stream(#"{"a":"b"}"#, "5"), Self.stream(#"{"a":"b"}"#, "[]"),
                Self.stream(#"{"a":"b"}"#, #"["soon","a"]"#), Self.stream(#"{"a":"b"}"#, #"["\#(now)",5]"#),
                Self.stream(#"{"a":"b"}"#, #"["99999999999999999999999","a"]"#),
                Self.stream(#"{"a":"b"}"#, #"["-1","a"]"#), Self.stream(#"{"a":"b"}"#, #"["\#(now)","a",5]"#),
                Self.stream(#"{"a":"b"}"#, #"["\#(now)","a",{"k":{"k":1}}]"#),
                Self.stream("{\(many)}", #"["\#(now)","a"]"#), BadInput.deep("[", "", "]", 200_000),
                Self.stream(#"{"":"b"}"#, #"["\#(now)","a"]"#),
            ]
            for text in bad {
                let answer = try await Self.push(running, text)
                #expect(answer.status < 500, "\(text.prefix(80)): \(answer.status) \(answer.text.prefix(200))")
            }
            var random = SeededGenerator(seed: 9)
            for _ in 0..<200 {
                let bytes = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.below(256)) }
                let answer = try await running.send(
                    "POST", "/loki/api/v1/push", [("Content-Type", "application/x-protobuf")], body: bytes)
                #expect(answer.status < 500, "\(bytes): \(answer.status)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func linesOfAnyKindComeBackOrAreRefused() async throws {
        let now = WallClock.milliseconds
        try await RunningServer.with(routes: LokiRoutes.all) { running in
            try await running.waitUntilReady()
            let long = String(repeating: "x", count: 10 << 20)
            let deep = BadInput.deep(#"{\"a\":"#, "1", "}", 10_000)
            let lines = ["a\\u0000b", "\\u00ff\\ud800", "", long, deep, #"{{ range . }}{{ end }}"#]
            for (i, line) in lines.enumerated() {
                let answer = try await Self.push(
                    running, Self.stream(#"{"app":"odd"}"#, #"["\#(now + Int64(i))000000","\#(line)"]"#))
                #expect(answer.status < 500, "line \(i): \(answer.status) \(answer.text.prefix(200))")
            }
            let sent = try await Self.push(
                running, Self.stream(#"{"app":"odd"}"#, #"["\#(now + 100)000000","sound"]"#))
            #expect(sent.status == 204)
            let queries = [
                #"{app="odd"}"#, #"{app="odd"} | json"#, #"{app="odd"} | logfmt"#, #"{app="odd"} | unpack"#,
                #"{app="odd"} | pattern "<_> <a> <_>""#, #"{app="odd"} | regexp "(?P<a>.*)""#,
                #"{app="odd"} | line_format "{{ . }}{{ .app }}{{ repeat 100000000 .app }}""#,
                #"{app="odd"} | line_format "{{ range $i := until 1000000000 }}x{{ end }}""#,
                #"{app="odd"} | decolorize | json | drop a"#, #"{app="odd"} |~ "(x+)+(x+)+(x+)+y""#,
                #"{app="odd"} |> "<_><_>""#, #"{app="odd"} |= ip("1.2.3.4")"#,
            ]
            for query in queries {
                try await BadInput.ask(
                    running, "/loki/api/v1/query_range", [("query", query), ("limit", "3")], [200, 400, 422], query)
            }
            let answer = try await BadInput.ask(
                running, "/loki/api/v1/query_range", [("query", #"{app="odd"} |= "sound""#)], [200])
            #expect(answer.text.contains("sound"))
        }
    }

    @Test(.timeLimit(.minutes(2))) func questionsThatNobodyShouldAsk() async throws {
        let now = "\(WallClock.milliseconds)000000"
        try await RunningServer.with(routes: LokiRoutes.all) { running in
            try await running.waitUntilReady()
            _ = try await Self.push(running, Self.stream(#"{"app":"odd"}"#, #"["\#(now)","a b=1"]"#))
            let bad: [(String, String)] = [
                ("nothing", ""), ("no matcher", "{}"), ("a matcher of nothing", #"{app=~".*"}"#),
                ("open braces", String(repeating: "{", count: 100_000)),
                ("parentheses", BadInput.deep("(", #"count_over_time({app="odd"}[1m])"#, ")", 50_000)),
                ("nested sums", BadInput.deep("sum(", #"count_over_time({app="odd"}[1m])"#, ")", 20_000)),
                ("an open string", #"{app="odd"#), ("a broken pattern", #"{app="odd"} |~ "(""#),
                ("a large pattern", #"{app="odd"} |~ "(x{1000}){1000}""#),
                ("a range that overflows", #"rate({app="odd"}[99999999999999999y])"#),
                ("a range of zero", #"rate({app="odd"}[0s])"#),
                ("an open template", #"{app="odd"} | line_format "{{""#),
                ("a pattern of nothing", #"{app="odd"} | pattern "abc""#),
                ("a duplicate capture", #"{app="odd"} | pattern "<a> <a>""#),
                ("filters in parentheses", #"{app="odd"} | "# + BadInput.deep("(", "a=1", ")", 50_000)),
            ]
            for (name, query) in bad {
                for path in ["query", "query_range", "format_query"] {
                    try await BadInput.ask(
                        running, "/loki/api/v1/" + path, [("query", query)], path == "format_query" ? [] : [400, 422],
                        name, isForm: true)
                }
            }
            let long = Array(repeating: #"|= "a""#, count: 5_000).joined(separator: " ")
            try await BadInput.ask(
                running, "/loki/api/v1/query_range", [("query", #"{app="odd"} "# + long)], [], "5,000 filters",
                isForm: true)
            for (key, value) in [
                ("limit", "9223372036854775808"), ("limit", "-1"), ("limit", "0"), ("start", "1e300"),
                ("start", "-9223372036854775808"), ("end", "99999999999999999999999"), ("end", "1"), ("step", "0"),
                ("step", "1e-9"), ("step", "-1s"), ("interval", "-1s"), ("direction", "sideways"), ("since", "-5m"),
                ("since", "99999999999999h"), ("time", "NaN"),
            ] {
                for path in ["query", "query_range", "index/volume_range", "patterns", "detected_fields", "labels"] {
                    for query in [#"{app="odd"}"#, #"sum(count_over_time({app="odd"}[1m]))"#] {
                        try await BadInput.ask(
                            running, "/loki/api/v1/" + path, [("query", query), (key, value)], [], "\(key)=\(value)")
                    }
                }
            }
            try await BadInput.ask(
                running, "/loki/api/v1/query", [("query", #"count_over_time({app="odd"}[1h])"#)], [200])
        }
    }
}

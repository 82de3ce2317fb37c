import TeleEngine
import TeleModel
import TeleQL
import TeleQuery
import TeleTestKit
import Testing

/// Where Loki's own code does what one would not expect.
struct LogsLanguageTests {
    private func lines(_ stages: String, _ lines: [String]) async throws -> [LogStreamResult] {
        let records = lines.enumerated().map { LogRecord(time: UInt64($0.offset + 1) * 1_000, body: $0.element) }
        let snapshot = try await LogsFixture.snapshot(records)
        return try LogSearch(
            pipeline: LogQLParser.parsePipeline(#"{service_name="api"} "# + stages), time: 0..<UInt64.max, limit: 100,
            isForward: true, categorizes: false
        ).run(snapshot, QueryBudget())
    }

    private func texts(_ stages: String, _ input: [String]) async throws -> [String] {
        try await lines(stages, input).flatMap(\.entries).sorted { $0.time < $1.time }
            .map { String(decoding: $0.line, as: UTF8.self) }
    }

    private func count(_ query: String, _ lines: [String]) async throws(LogQueryError) -> [String: Double] {
        let records = lines.enumerated().map { LogRecord(time: UInt64($0.offset + 1) * 1_000, body: $0.element) }
        guard let snapshot = try? await LogsFixture.snapshot(records),
            case .metric(let metric)? = try? LogQLParser.parse(query),
            case .matrix(let series) = try LogMetricEvaluator(
                steps: LogSteps(instant: 1_000_000_000), snapshot: snapshot, budget: QueryBudget()
            ).evaluate(metric)
        else { return ["?": .nan] }
        return Dictionary(
            series.map {
                ($0.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ","), ($0.values[0] ?? nil) ?? .nan)
            }
        ) { first, _ in first }
    }

    @Test func keywordsInAnyCase() async throws {
        #expect(
            try await texts(#"| JSON | Level="x" OR n > 1 | LINE_FORMAT "{{.n}}""#, [#"{"n":2}"#, #"{"n":1}"#]) == ["2"]
        )
        let query = #"SUM BY (n) (Count_Over_Time({service_name="api"} | json [1s]))"#
        #expect(try await count(query, [#"{"n":2}"#]) == ["n=2": 1])
    }

    @Test func anErrorBeforeANumericFilterDoesNotKeepTheLine() async throws {
        #expect(
            try await texts("| json | n > 1", [#"{"n":5}"#, "no json", #"{"n":"x"}"#]) == [#"{"n":5}"#, #"{"n":"x"}"#])
    }

    @Test func theFirstParserThatGivesALabelWins() async throws {
        let line = #"{"k":"json"} k=logfmt"#
        #expect(try await texts(#"| json | regexp "k=(?P<k>\\w+)" | line_format "{{.k}}""#, [line]) == ["json"])
        #expect(try await texts(#"| json | pattern "<_>k=<k>" | line_format "{{.k}}""#, [line]) == ["json"])
        // But what is asked for by name takes its place.
        #expect(try await texts(#"| json | json k="other" | line_format "<{{.k}}>""#, [line]) == ["<>"])
    }

    @Test func aRenamedLabelIsTheTargetAlone() async throws {
        #expect(try await texts(#"| logfmt | label_format b=a | line_format "{{.a}}|{{.b}}""#, ["a=1 b=2"]) == ["|1"])
        #expect(try await texts(#"| logfmt | label_format a=a | line_format "[{{.a}}]""#, ["a=1"]) == ["[]"])
    }

    @Test func emptyValuesAreNoSamples() async throws {
        let lines = [#"{"n":""}"#, #"{"n":"4"}"#, #"{"m":1}"#]
        #expect(try await count(#"sum(sum_over_time({service_name="api"} | json | unwrap n [1s]))"#, lines) == ["": 4])
    }

    @Test func parsersStopWhereTheyHaveAllThatCounts() async throws {
        let lines = [#"{"a":"x","b":1}"#, #"{"a":"x","b":tru"#]
        // Nothing of the line counts: it is not parsed.
        #expect(try await count(#"sum(count_over_time({service_name="api"} | json [1s]))"#, lines) == ["": 2])
        // All that counts comes before what can't be read.
        #expect(
            try await count(#"sum by (a) (count_over_time({service_name="api"} | json [1s]))"#, lines) == ["a=x": 2])
        await #expect(throws: LogQueryError.self) {
            _ = try await count(#"sum by (b) (count_over_time({service_name="api"} | json [1s]))"#, lines)
        }
        await #expect(throws: LogQueryError.self) {
            _ = try await count(#"count_over_time({service_name="api"} | json [1s])"#, lines)
        }
    }

    @Test func withoutNothingIsByNothing() async throws {
        #expect(
            try await count(#"sum without () (count_over_time({service_name="api"} [1s]))"#, ["a", "b"]) == ["": 2])
    }

    @Test(
        arguments: [
            ("foo <_>", "xx foo bar", true), ("foo", "xx foo", true), ("foo", "foo xx", false),
            ("<_>foo", "foo", false),
            ("<_> foo <_>", "a foo ", false), ("<_>", "", false), ("", "", true), ("", "x", false),
        ])
    func patternFilters(pattern: String, line: String, fits: Bool) throws {
        #expect(try LinePattern.filter(pattern).matches(Array(line.utf8).span) == fits)
    }

    @Test(
        arguments: [
            (#"{{ b64dec "????" }}"#, "illegal base64 data at input byte 0"), (#"{{ b64dec "aGk" }}"#, "hi"),
            ("{{ round -2.5 0 }} {{ round 2.5 0 }}", "-3 3"),
            (#"{{ int "010" }} {{ int "0x1f" }} {{ int "7.9" }}"#, "8 31 7"),
            (#"{{ alignLeft -1 "abc" }}|{{ alignRight 5 "abc" }}"#, "abc|  abc"), (#"{{ default "d" }}"#, "d"),
        ])
    func templates(template: String, expected: String) async throws {
        #expect(try await texts("| line_format \(QuotedText.quote(template))", ["x"]) == [expected])
    }

    @Test func deletionsTakeWhatAnEngineDecides() throws {
        func deletion(_ query: String) throws -> LogDeletion? {
            LogDeletion(pipeline: try LogQLParser.parsePipeline(query), time: 0..<10)
        }
        #expect(try deletion(#"{a="b"} |= "x" !~ "y" |= "p" or "q""#) != nil)
        #expect(try deletion(#"{a="b"} | json"#) == nil)
        #expect(try deletion(#"{a="b"} |> "x <_>""#) == nil)
    }

    @Test func refusedQueries() {
        for query in [
            #"approx_topk(2, count_over_time({a="b"}[5m])) by (c)"#, #"{a="b"} | logfmt | n > 0x10"#,
            #"sum(count_over_time({a="b"}[5m])) or 1"#,
        ] {
            #expect(throws: LogQLError.self) { try LogQLParser.parse(query) }
        }
    }
}

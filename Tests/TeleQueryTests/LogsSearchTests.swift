import TeleEngine
import TeleModel
import TeleQL
import TeleQuery
import TeleTestKit
import Testing

struct LogsSearchTests {
    private static let records: [LogRecord] = [
        LogRecord(time: 10, body: "alpha one", severity: 9),
        LogRecord(
            time: 20, body: "beta two", attributes: ["http.method": "GET", "service.name": "inner"], severity: 17),
        LogRecord(time: 30, body: "alpha two level=warn"),
        LogRecord(time: 40, body: "", resource: ["service.name": "api", "host.name": "h2"], number: 42),
        LogRecord(time: 50, body: "alpha three", resource: ["k8s.pod.name": "p-1", "k8s.container.name": "box"]),
        LogRecord(time: 60, body: #"{"a":{"b":1.50},"c":"x","d":[1],"e":null,"service_name":"j"}"#),
        LogRecord(time: 70, body: #"took=15ms size=2KB msg="hello world" bad"#),
    ]

    private func search(
        _ query: String, time: Range<UInt64> = 0..<100, limit: Int = 100, forward: Bool = true, categorize: Bool = false
    ) async throws -> [LogStreamResult] {
        let snapshot = try await LogsFixture.snapshot(LogsSearchTests.records)
        return try LogSearch(
            pipeline: LogQLParser.parsePipeline(query), time: time, limit: limit, isForward: forward,
            categorizes: categorize
        ).run(snapshot, QueryBudget())
    }

    private func times(_ streams: [LogStreamResult]) -> [UInt64] { streams.flatMap { $0.entries.map(\.time) }.sorted() }

    private func labels(_ stream: LogStreamResult) -> [String: String] {
        Dictionary(uniqueKeysWithValues: stream.labels.map { ($0.name, $0.value) })
    }

    @Test(
        arguments: [
            (#"{service_name="api"}"#, [10, 20, 30, 40, 60, 70]), (#"{service_name="box"}"#, [50]),
            (#"{k8s_pod_name=~"p-.+"}"#, [50]), (#"{service_name=~".+", k8s_pod_name=""}"#, [10, 20, 30, 40, 60, 70]),
            (#"{service_name="api"} |= "alpha""#, [10, 30]), (#"{service_name="api"} != "alpha""#, [20, 40, 60, 70]),
            (#"{service_name="api"} |= "alpha" or "beta" != "two""#, [10]),
            (
                #"{service_name="api"} |~ "^alpha (one|x)"#
                    + "\"", [10]
            ),
            (#"{service_name="api"} !~ "o" |= "4""#, [40]),
            (#"{service_name="api"} != "alpha" or "beta" or "a""#, [40]),
            (#"{service_name="nope"}"#, []), (#"{service_name="api"} | http_method="GET""#, [20]),
            (#"{service_name="api"} | host_name="h2" |= "42""#, [40]),
            (#"{service_name="api"} | detected_level="warn""#, [30]),
            (#"{service_name="api"} | json | a_b > 1 | __error__="""#, [60]),
            (#"{service_name="api"} |= "took" | logfmt | took >= 15ms and size < 2.1KB"#, [70]),
            (#"{service_name="api"} |= "took" | logfmt | took > 15ms or size == 3KB"#, []),
        ] as [(String, [UInt64])])
    func selects(_ query: String, _ expected: [UInt64]) async throws {
        #expect(times(try await search(query)) == expected)
    }

    @Test func theRangeIsHalfOpenAndTheLimitTakesTheRightEnd() async throws {
        #expect(times(try await search(#"{service_name="api"}"#, time: 10..<30)) == [10, 20])
        #expect(times(try await search(#"{service_name="api"}"#, limit: 2)) == [10, 20])
        #expect(times(try await search(#"{service_name="api"}"#, limit: 2, forward: false)) == [60, 70])
        let backward = try await search(#"{service_name="api"} | keep service_name"#, forward: false)
        #expect(backward.count == 1)
        #expect(backward.first?.entries.map(\.time) == [70, 60, 40, 30, 20, 10])
    }

    @Test func metadataStandsInTheStreamLabels() async throws {
        let stream = try #require(try await search(#"{service_name="api"} |= "beta""#).first)
        #expect(
            labels(stream) == [
                "service_name": "api", "service_name_extracted": "inner", "http_method": "GET", "scope_name": "lib",
                "severity_number": "17", "detected_level": "error",
            ])
        let apart = try #require(
            try await search(#"{service_name="api"} |= "took" | logfmt"#, categorize: true).first)
        #expect(labels(apart) == ["service_name": "api"])
        let entry = try #require(apart.entries.first)
        #expect(entry.metadata.map(\.name) == ["detected_level", "scope_name"])
        #expect(entry.parsed.map { "\($0.name)=\($0.value)" } == ["msg=hello world", "size=2KB", "took=15ms"])
    }

    @Test func jsonFieldsBecomeLabels() async throws {
        let stream = try #require(try await search(#"{service_name="api"} |= "{" | json"#).first)
        let found = labels(stream)
        #expect(found["a_b"] == "1.50")
        #expect(found["c"] == "x")
        #expect(found["d"] == nil)
        #expect(found["e"] == nil)
        #expect(found["service_name_extracted"] == "j")
        let picked = try #require(
            try await search(#"{service_name="api"} |= "{" | json x="a.b", y="d", z="nope""#).first)
        #expect(labels(picked)["x"] == "1.50")
        #expect(labels(picked)["y"] == "[1]")
        #expect(labels(picked)["z"] == "")
    }

    @Test func failedParsersAndConversionsKeepTheLine() async throws {
        let parsed = try #require(try await search(#"{service_name="api"} |= "beta" | json"#).first)
        #expect(labels(parsed)["__error__"] == "JSONParserErr")
        let converted = try #require(try await search(#"{service_name="api"} |= "took" | logfmt | msg > 5"#).first)
        #expect(labels(converted)["__error__"] == "LabelFilterErr")
    }

    @Test func aBudgetEndsTheQuery() async throws {
        let snapshot = try await LogsFixture.snapshot(LogsSearchTests.records)
        let search = LogSearch(
            pipeline: try LogQLParser.parsePipeline(#"{service_name="api"}"#), time: 0..<100, limit: 100,
            isForward: true, categorizes: false)
        #expect(throws: EngineError.self) { try search.run(snapshot, QueryBudget(maxBytes: 100)) }
    }
}

import TeleEngine
import TeleModel
import TeleQL
import TeleQuery
import TeleTestKit
import Testing

struct TracesSearchTests {
    private static let ms: UInt64 = 1_000_000
    private static let records: [SpanRecord] = [
        SpanRecord(
            trace: 1, id: 1, service: "gateway", name: "GET /", start: 1000 * ms, end: 1100 * ms, kind: 2,
            attributes: [("http.status_code", .int(200))]),
        SpanRecord(
            trace: 1, id: 2, parent: 1, service: "orders", name: "find", start: 1010 * ms, end: 1050 * ms, kind: 3,
            texts: ["db.system": "mysql"]),
        SpanRecord(
            trace: 2, id: 3, service: "gateway", name: "POST /", start: 2000 * ms, end: 2500 * ms, kind: 2, status: 2,
            attributes: [("http.status_code", .int(500)), ("ratio", .double(1.5)), ("retry", .bool(true))]),
        SpanRecord(
            trace: 2, id: 4, parent: 3, service: "orders", name: "charge\nnow", start: 2100 * ms, end: 2400 * ms,
            status: 2, texts: ["clash": "span"],
            events: [("e1", "n", 1), ("e2", "n", 2)]),
        SpanRecord(trace: 3, id: 5, parent: 99, service: "late", name: "orphan", start: 3000 * ms, end: 3001 * ms),
    ]

    private func search(
        _ query: String, time: Range<UInt64> = 0..<10_000_000_000, limit: Int = 20, spss: Int = 3
    ) async throws -> [TraceResult] {
        let snapshot = try await TracesFixture.snapshot(TracesSearchTests.records)
        return try TraceSearch(query: TraceQLParser.parse(query), time: time, limit: limit, spansPerSet: spss)
            .run(snapshot, QueryBudget())
    }

    @Test(
        arguments: [
            ("{}", [3, 2, 1]), (#"{ resource.service.name = "gateway" }"#, [2, 1]),
            (#"{ .service.name = "late" }"#, [3]),
            ("{ span.http.status_code >= 400 }", [2]), ("{ .http.status_code = 200 || .retry = true }", [2, 1]),
            ("{ .ratio = 1.5 && status = error }", [2]), ("{ .ratio > 1 }", [2]), ("{ .http.status_code != 200 }", [2]),
            ("{ .nope != 1 }", []), ("{ .http.status_code = nil }", [3, 2, 1]), ("{ .retry }", [2]),
            ("{ !.retry }", []),
            (#"{ name =~ "charge.now" }"#, [2]), (#"{ name =~ "harge" }"#, []), (#"{ name !~ "GET.*|find" }"#, [3, 2]),
            ("{ duration > 100ms }", [2]), ("{ duration = 100ms }", [1]), ("{ 300ms <= duration }", [2]),
            ("{ traceDuration < 200ms }", [3, 1]), (#"{ rootName = "" }"#, [3]),
            (#"{ rootServiceName = "gateway" }"#, [2, 1]),
            (#"{ kind = client && .db.system = "mysql" }"#, [1]), ("{ .http.status_code % 300 = 200 }", [2, 1]),
            (#"{ event.n = 2 && event:name = "e2" }"#, [2]), (#"{ event.n = 1 && event:name = "e2" }"#, []),
            (#"{ .db.system = "mysql" } && { kind = server }"#, [1]),
            (#"{ .db.system = "mysql" } && { .retry = true }"#, []),
            (#"{ .db.system = "mysql" } || { .retry = true }"#, [2, 1]),
            (#"{ instrumentation:name = "lib" }"#, [3, 2, 1]),
        ] as [(String, [UInt64])])
    func selects(_ query: String, _ expected: [UInt64]) async throws {
        #expect(try await search(query).map(\.id.low) == expected)
    }

    /// Values go down to the engine; arrays, which match by their elements, stay undecided there.
    @Test func valuesGoDown() throws {
        func test(_ query: String) throws -> ValueTest? {
            guard case .filter(let field)? = try TraceQLParser.parse(query).spanset,
                case .attribute(_, _, .orNested(let test))? = TraceConditions.of(field).first
            else { return nil }
            return test
        }
        guard case .equalsInt(500)? = try test("{ span.http.status_code = 500 }"),
            case .equalsText("u1")? = try test(#"{ .user.id = "u1" }"#),
            case .number(min: 1.5, _, max: nil, _)? = try test("{ span.x > 1.5 }"),
            case .matches? = try test(#"{ span.x =~ "a.*" }"#)
        else {
            Issue.record("a value did not go down")
            return
        }
        guard case .filter(let field)? = try TraceQLParser.parse("{ nestedSetParent < 0 }").spanset,
            case .isRoot? = TraceConditions.of(field).first
        else {
            Issue.record("a root test did not go down")
            return
        }
    }

    @Test func summarisesTheWholeTrace() async throws {
        let found = try #require(try await search(#"{ name = "find" }"#).first)
        #expect(found.rootService == "gateway")
        #expect(found.rootName == "GET /")
        #expect(found.start == 1_000_000_000)
        #expect(found.duration == 100_000_000)
        #expect(
            found.services.map { "\($0.name) \($0.stats.spans) \($0.stats.errors)" } == ["gateway 1 0", "orders 1 0"])
        let orphan = try #require(try await search(#"{ name = "orphan" }"#).first)
        #expect(!orphan.hasRoot)
    }

    @Test func limitsTracesAndSpans() async throws {
        #expect(try await search("{}", limit: 2).map(\.id.low) == [3, 2])
        let one = try #require(try await search("{ .http.status_code = 500 } || { status = error }", spss: 1).first)
        #expect(one.sets.map(\.matched) == [2])
        #expect(one.sets.first?.spans.map(\.id.raw) == [3])
        #expect(one.sets.first?.spans.first?.attributes.map(\.key) == ["http.status_code"])
    }

    /// A trace counts that overlaps the window, even where no span of it starts there.
    @Test func windowsOverlap() async throws {
        let found = try await search("{}", time: 2_450_000_000..<2_600_000_000)
        #expect(found.map(\.id.low) == [2])
        #expect(try await search("{}", time: 2_600_000_000..<2_700_000_000).isEmpty)
    }

    @Test func tagNamesAndValues() async throws {
        let snapshot = try await TracesFixture.snapshot(TracesSearchTests.records)
        let all = TraceTags(time: 0..<UInt64.max, field: nil, snapshot: snapshot, budget: QueryBudget())
        let names = try all.names([.resource, .span, .event])
        #expect(names[.resource] == ["service.name"])
        #expect(names[.span] == ["clash", "db.system", "http.status_code", "ratio", "retry"])
        #expect(names[.event] == ["n"])
        #expect(
            try all.values(of: "http.status_code", scope: .span).map { "\($0.type):\($0.value)" } == [
                "int:200", "int:500",
            ])
        #expect(try all.values(of: .rootService).map(\.value) == ["gateway"])
        guard case .filter(let field)? = try TraceQLParser.parse("{ status = error }").spanset else { return }
        let some = TraceTags(time: 0..<UInt64.max, field: field, snapshot: snapshot, budget: QueryBudget())
        #expect(try some.values(of: "service.name", scope: .any).map(\.value) == ["gateway", "orders"])
    }

    @Test func servicesAreSummarised() async throws {
        let snapshot = try await TracesFixture.snapshot(TracesSearchTests.records)
        var earliest: UInt64?
        let all = try ServiceSummary.all(
            time: 0..<UInt64.max, snapshot: snapshot, budget: QueryBudget(), earliest: &earliest)
        #expect(earliest == 1_000_000_000)
        #expect(all.map(\.name) == ["gateway", "late", "orders"])
        #expect(all.map(\.requests) == [2, 1, 2])
        #expect(all.map(\.errors) == [1, 0, 1])
    }

    @Test func quantilesAreClose() {
        var random = SeededGenerator(seed: 7)
        var sketch = DurationSketch()
        var values: [UInt64] = []
        for _ in 0..<5000 {
            let value = random.next() >> UInt64(random.below(60))
            values.append(value)
            sketch.add(value)
        }
        values.sort()
        for q in [0.0, 0.5, 0.95, 0.99, 1] {
            let exact = Double(values[Int((q * 4999).rounded())])
            #expect(abs(sketch.quantile(q) - exact) <= exact * 0.04 + 1)
        }
    }
}

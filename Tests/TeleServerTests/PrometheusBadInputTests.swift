import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// What nobody should ask, over HTTP: refused with 400 or 422 in bounded time, never 500, and the next query is
/// answered.
@Suite struct PrometheusBadInputTests {
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")

    private struct Case: Sendable {
        var name: String
        var path: String
        var parameters: [(String, String)]
        var statuses: Set<Int> = [400]
    }

    private static func query(_ name: String, _ text: String, _ statuses: Set<Int> = [400]) -> Case {
        Case(name: name, path: "query", parameters: [("query", text), ("time", "10")], statuses: statuses)
    }

    private static func range(
        _ name: String, _ query: String, _ start: String, _ end: String, _ step: String, _ statuses: Set<Int> = [400]
    ) -> Case {
        Case(
            name: name, path: "query_range",
            parameters: [("query", query), ("start", start), ("end", end), ("step", step)], statuses: statuses)
    }

    private static let cases: [Case] = [
        query("1 MB of a name", String(repeating: "a", count: 1 << 20)),
        query("1 MB of a sum", String(repeating: "a+", count: 1 << 19) + "a"),
        query("a million parentheses", String(repeating: "(", count: 1_000_000)),
        query("parentheses within what a query may be", BadInput.deep("(", "1", ")", 60_000)),
        query("nested calls", BadInput.deep("abs(", "a", ")", 20_000)),
        query("nested subqueries", "a" + String(repeating: "[1m:1s]", count: 15_000)),
        query("nested braces", String(repeating: "{", count: 100_000)),
        query("signs", String(repeating: "-", count: 100_000) + "1", [200, 400]),
        query("powers", String(repeating: "2^", count: 50_000) + "2"),
        query("a chain of operators", (0..<20_000).map { "a\($0)" }.joined(separator: "+")),
        query("a chain of or", (0..<5_000).map { "a\($0)" }.joined(separator: " or ")),
        query("nothing", ""), query("white space", "  \n"), query("an open string", "{a=\""),
        query("bytes that are no text", "{a=\"\u{0}\u{fffd}\"", [400]),
        query("a matcher of nothing", "{a=~\".*\"}"),
        query("an empty selector", "{}"),
        query("a name twice", "a{__name__=\"b\"}"),
        query("an overflowing duration", "a[99999999999999999999y]"),
        query("an overflowing offset", "a offset 99999999999999999y"),
        query("a range of zero", "rate(a[0s])"),
        query("a long range", "rate(a[290y])", [200]),
        query("far offsets", "a offset 292y", [200]), query("offsets into the future", "a offset -292y", [200]),
        query("@ far away", "a @ 1e15", [200, 400]), query("@ NaN", "a @ NaN"), query("@ infinity", "a @ Inf"),
        query("a subquery of a billion steps", "max_over_time(a[1000d:1ms])", [422]),
        query("subqueries of subqueries", "max_over_time(max_over_time(a[100d:1s])[100d:1s])", [422]),
        query("an exploding pattern", "{a=~\"(a+)+(a+)+(a+)+(a+)+b\"}", [200]),
        query("a large pattern", "{a=~\"(x{1000}){1000}\"}"),
        query("nested pattern groups", "{a=~\"" + BadInput.deep("(", "a", ")", 50_000) + "\"}"),
        query("a broken pattern", "{a=~\"(\"}"),
        query("label_replace with a broken pattern", "label_replace(a, \"x\", \"\", \"b\", \"(\")", [400, 422]),
        query("quantile of NaN", "quantile(NaN, a)", [200]), query("topk of infinity", "topk(Inf, a)", [200, 422]),
        query("topk of 1e300", "topk(1e300, a)", [200, 422]),
        query("a histogram function", "histogram_quantile(2, a)", [200]),
        range("step 0", "a", "0", "10", "0"), range("a negative step", "a", "0", "10", "-1"),
        range("step 1e-9", "a", "0", "10", "1e-9"), range("step 1e-9 over nothing", "a", "10", "10", "1e-9"),
        range("step NaN", "a", "0", "10", "NaN"), range("step infinity", "a", "0", "10", "Inf", [200, 400]),
        range("step 1e300", "a", "0", "10", "1e300", [200, 400]), range("no step", "a", "0", "10", ""),
        range("start after end", "a", "10", "0", "1"), range("start NaN", "a", "NaN", "10", "1"),
        range("a year at a millisecond", "a", "0", "31536000", "0.001"),
        range("all of time", "a", "-1e300", "1e300", "1"),
        range("the far end of time", "rate(a[1h])", "1e300", "1e300", "1", [200]),
        range("the far beginning of time", "rate(a[1h])", "-1e300", "-1e300", "1", [200]),
        range("a string", "\"a\"", "0", "1", "1"), range("a range vector", "a[1m]", "0", "1", "1"),
        range("a time that is none", "a", "2020-13-45T99:99:99Z", "10", "1"),
        Case(name: "a limit that is none", path: "query", parameters: [("query", "a"), ("limit", "x")]),
        Case(name: "a limit that overflows", path: "labels", parameters: [("limit", "99999999999999999999")]),
        Case(name: "a timeout that is none", path: "query", parameters: [("query", "a"), ("timeout", "soon")]),
        Case(name: "no selector", path: "series", parameters: []),
        Case(
            name: "100,000 selectors", path: "series", parameters: (0..<100_000).map { _ in ("match[]", "a") },
            statuses: [200, 400]),
        Case(name: "a selector that is none", path: "labels", parameters: [("match[]", "1+1")]),
        Case(name: "exemplars of nothing", path: "query_exemplars", parameters: [("query", "sum(")]),
        Case(
            name: "exemplars backwards", path: "query_exemplars",
            parameters: [("query", "a"), ("start", "5"), ("end", "1")]),
        Case(name: "formatting what is none", path: "format_query", parameters: [("query", ")")]),
        Case(
            name: "parsing what is too deep", path: "parse_query",
            parameters: [("query", BadInput.deep("(", "1", ")", 50_000))]),
    ]

    @Test func nothingIsAnswered500() async throws {
        let engine = MemoryEngine()
        engine.append(
            LabelSet([("__name__", "a"), ("a", String(repeating: "a", count: 50_000))]), times: [1000, 2000, 3000],
            values: [1, .nan, Double(bitPattern: 0x7ff8_0000_dead_beef)])
        var configuration = Configuration.forTests
        configuration.query.timeout = 5000
        try await RunningServer.with(configuration, engine: engine, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            for bad in PrometheusBadInputTests.cases {
                let body = bad.parameters.map { "\($0.0)=\(BadInput.encoded($0.1))" }
                let start = ContinuousClock.now
                let answer = try await running.send(
                    "POST", "/api/v1/" + bad.path, [PrometheusBadInputTests.form],
                    body: Array(body.joined(separator: "&").utf8))
                let took = ContinuousClock.now - start
                #expect(
                    bad.statuses.contains(answer.status), "\(bad.name): \(answer.status) \(answer.text.prefix(300))")
                #expect(took < .seconds(10), "\(bad.name) took \(took)")
                if answer.status != 200 {
                    let type = answer.status == 400 ? "bad_data" : "execution"
                    #expect(
                        answer.text.hasPrefix(#"{"status":"error","errorType":"\#(type)","error":""#),
                        "\(bad.name): \(answer.text.prefix(300))")
                    #expect(answer.body.count < 4 << 10, "\(bad.name): an answer of \(answer.body.count) bytes")
                }
            }
            let after = try await running.get("/api/v1/query?query=a&time=2")
            #expect(after.status == 200 && after.text.contains(#""NaN"]"#), "\(after.text.suffix(100))")
        }
    }

    /// The address itself may be too long for the HTTP parser; the connection's end is all right, a crash is not.
    @Test func addressesOfAMegabyte() async throws {
        try await RunningServer.with(routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            let long = String(repeating: "a", count: 1 << 20)
            if let answer = try? await running.get("/api/v1/query?query=" + long) {
                #expect((400..<500).contains(answer.status))
            }
            if let answer = try? await running.get("/api/v1/label/" + long + "/values") {
                #expect(answer.status < 500)
            }
            #expect(try await running.get("/api/v1/query?query=1").status == 200)
        }
    }
}

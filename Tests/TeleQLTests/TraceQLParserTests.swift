import TeleModel
import TeleQL
import TeleTestKit
import Testing

struct TraceQLParserTests {
    @Test func readsFieldsAndScopes() throws {
        let query =
            #"{ span."quo\"te" = "x" && resource.service.name = "a" && .http.status_code >= 500 && name =~ "G.*" }"#
        guard
            case .filter(.binary(.and, .binary(.and, .binary(.and, let a, let b), let c), let d)?)? =
                try TraceQLParser.parse(query).spanset
        else {
            Issue.record("another tree")
            return
        }
        if case .binary(.equal, .attribute(.span, let name), .literal(.string("x"))) = a {
            #expect(name == "quo\"te")
        } else {
            Issue.record("\(a)")
        }
        guard case .binary(.equal, .attribute(.resource, "service.name"), _) = b,
            case .binary(.greaterOrEqual, .attribute(.any, "http.status_code"), .literal(.int(500))) = c,
            case .matches(.intrinsic(.name), _, false) = d
        else {
            Issue.record("another tree")
            return
        }
    }

    /// Both logical operators have the same precedence, left to right.
    @Test func logicalOperatorsReadLeftToRight() throws {
        guard
            case .filter(.binary(.and, .binary(.or, _, _), _)?)? =
                try TraceQLParser.parse("{ .a = 1 || .b = 2 && .c = 3 }").spanset
        else {
            Issue.record("another tree")
            return
        }
    }

    @Test(arguments: [
        #"{ name = "a""#, "{ status = 2 }", #"{ kind = "server" }"#, "{ status > ok }", #"{ duration = "1s" }"#,
        #"{ traceDuration > "test" }"#, #"{ "foo" }"#, "{ name =~ 5 }", "{ -true }", "{ status = nil }",
        "{ resource.service.name = nil }", "{ true } + { true }", "{ true } | count()", "select()",
        "{ trace:status = error }", #"{ nestedSetLeft = "foo" }"#, "{ parent = nil }", #"{ 1 = "foo" }"#, "", "{",
        "{}}",
    ])
    func refuses(_ query: String) {
        #expect(throws: TraceQLError.self) { try TraceQLParser.parse(query) }
    }

    @Test(arguments: [
        "{}", "{ true }", "{ .a }", "{ !(.a = 1) }", "{ .a != nil } with (most_recent=true)", "{ 2s < duration }",
        "{ span.v = maxInt }", "{ .a = 1 } && ({ .b = 2 } || { kind = server })", "{ span:duration / 2.0 < 300.0 }",
        "{ event:name = \"x\" && event.k = 1 }", "{ .a.b-c = -1.5 }",
    ])
    func accepts(_ query: String) throws {
        _ = try TraceQLParser.parse(query)
    }

    @Test(arguments: [
        "{ .a = 1 } >> { .b = 2 } !> { .c }", "{ true } &<< { true } | by(name) | count() > 1 | coalesce()",
        "count() > 20", "{ } | avg(duration) >= 28ms | select(name, span.x, event.y)", "{ } | by(span.a / 3)",
        "({ .a = 1 } | count() > 1) && { .b }", "{ } | max(duration) - min(duration) > 1s", "{ } ~ { }",
    ])
    func acceptsPipelines(_ query: String) throws {
        _ = try TraceQLParser.parse(query)
    }

    @Test(arguments: [
        "{ true } | max(name) = \"a\"", "{ true } | by(1)", "{ true } | nothing() = 1", "{ true } | 1 = 1",
        "{ true } | select()", "{ true } | rate()", "{ true } | coalesce(1)", "{ true } >", "{ true } | by(a",
    ])
    func refusesPipelines(_ query: String) {
        #expect(throws: TraceQLError.self) { try TraceQLParser.parse(query) }
    }

    /// Structural operators bind tighter than `&&` and `||`, and read left to right.
    @Test func structureBindsTighter() throws {
        guard
            case .and(_, .structural(let outer, .structural(let inner, _, _), _))? =
                try TraceQLParser.parse("{ .a } && { .b } >> { .c } !< { .d }").spanset
        else {
            Issue.record("another tree")
            return
        }
        #expect(outer.relation == .parent && outer.isNegated && !outer.isUnion)
        #expect(inner.relation == .descendant && !inner.isNegated)
    }

    @Test(arguments: [
        "{ } | rate()", "{ } | count_over_time() by (span.a, name) | topk(3)", "{ } | rate() > 2",
        "{ } | quantile_over_time(duration, .5, 0.9) by (kind)", "{ } | histogram_over_time(duration)",
        "100 * ({ .e } | rate() by (name)) / ({ } | rate() by (name))", "({ .a } && { .b }) | rate()",
        "{ } | compare({ status = error }, 5) with (sample=true)", "{ .a } >> { .b } | count_over_time()",
    ])
    func acceptsMetrics(_ query: String) throws {
        _ = try TraceQLParser.parseMetric(query)
    }

    @Test(arguments: [
        "{ }", "{ } | quantile_over_time(duration)", "{ } | count_over_time(duration)", "{ } | rate() | topk(0)",
        "{ } | compare({status=error}) > 10", "{ } | quantile_over_time(duration, 2)", "{ } | max_over_time(name)",
        "1 +", "({ } | rate()", "rate()",
    ])
    func refusesMetrics(_ query: String) {
        #expect(throws: TraceQLError.self) { try TraceQLParser.parseMetric(query) }
    }

    @Test func boundsNesting() {
        for query in [
            String(repeating: "(", count: 100_000), "{" + String(repeating: "!", count: 50_000) + "true }",
            "{ " + String(repeating: ".a = 1 && ", count: 10_000) + "true }",
        ] {
            #expect(throws: TraceQLError.self) { try TraceQLParser.parse(query) }
        }
    }

    @Test func survivesMutatedQueries() {
        let seed =
            #"{ span."a b" = "x" && (.c >= 500 || duration > 1.5s) && name =~ "G.*" && status != error } && { kind = server }"#
        var random = SeededGenerator(seed: 0x7ace)
        var accepted = 0
        for _ in 0..<3000 {
            var bytes = Array(seed.utf8)
            for _ in 0..<(1 + random.below(3)) {
                let at = random.below(bytes.count)
                if random.chance(0.5) {
                    bytes[at] = UInt8(truncatingIfNeeded: random.next())
                } else {
                    bytes.remove(at: at)
                }
            }
            if (try? TraceQLParser.parse(String(decoding: bytes, as: UTF8.self))) != nil { accepted += 1 }
        }
        #expect(accepted > 0)
    }
}

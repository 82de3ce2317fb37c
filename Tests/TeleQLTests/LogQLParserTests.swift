import TeleModel
import TeleQL
import TeleTestKit
import Testing

struct LogQLParserTests {
    @Test func readsSelectorsAndLineFilters() throws {
        let pipeline = try LogQLParser.parsePipeline(
            #"{app="api", env=~"p.*" , pod!="x",zone!~"a|b"} |= "a" or `b` != "c" |~ "d.*" !~ "e" # comment"#)
        #expect(pipeline.matchers.map(\.name) == ["app", "env", "pod", "zone"])
        #expect(pipeline.matchers.map(\.operation) == [.equal, .matches, .notEqual, .matchesNot])
        let filters = pipeline.stages.compactMap { stage in
            if case .line(let filter) = stage { filter } else { nil }
        }
        #expect(filters.map(\.operation) == [.contains, .containsNot, .matches, .matchesNot])
        #expect(filters.map(\.tests.count) == [2, 1, 1, 1])
    }

    @Test func readsMetricQueries() throws {
        let query = #"sum by (env) (rate({app="api"} | json | status >= 500 [5m] offset 1h)) / 2 ^ 3 ^ 2 > bool 0"#
        guard case .metric(.binary(.greater, true, _, let left, .literal(0))) = try LogQLParser.parse(query),
            case .binary(.divide, _, _, .aggregation(.sum, _, let grouping, .range(let range)), let power) = left,
            case .binary(.power, _, _, .literal(2), .binary(.power, _, _, .literal(3), .literal(2))) = power
        else {
            Issue.record("another tree")
            return
        }
        #expect(grouping == LogQLGrouping(isWithout: false, labels: ["env"]))
        #expect(range.range == 300_000_000_000)
        #expect(range.offset == 3_600_000_000_000)
        #expect(range.pipeline.stages.count == 2)
    }

    @Test(arguments: [
        (#"{app="api""#, "parse error at line 1, col 11: syntax error: unexpected $end, expecting } or ,"),
        (#"{app-x="api"}"#, "parse error at line 1, col 5: syntax error: unexpected -, expecting = or =~ or !~ or !="),
        (#"{app="api"} |"#, "parse error at line 1, col 14: syntax error: unexpected $end"),
        (#"sum({app="api"})"#, "parse error at line 1, col 16: syntax error: unexpected )"),
        ("{app=", "parse error at line 1, col 6: syntax error: unexpected $end, expecting STRING"),
        (
            #"sum(count_over_time({app="api"}[5m])) foo"#,
            "parse error at line 1, col 39: syntax error: unexpected IDENTIFIER"
        ),
        (
            #"max_over_time(rate({app="api"}[5m])[10m:1m])"#,
            "parse error at line 1, col 15: syntax error: unexpected RATE, expecting NUMBER or { or ("
        ),
        (#"avg_over_time({app="api"}[5m])"#, "parse error : invalid aggregation avg_over_time without unwrap"),
        (
            #"count_over_time({app="api"}[5m]) by (env)"#,
            "parse error : grouping not allowed for count_over_time aggregation"
        ),
        (#"topk(sum(count_over_time({app="api"}[5m])))"#, "parse error : parameter required for operation topk"),
        (
            #"{app="api"} + 1"#,
            "parse error : unexpected type for left leg of binary operation (+): *syntax.MatchersExpr"
        ),
    ])
    func wordsErrorsAsLoki(_ query: String, _ message: String) {
        #expect(throws: LogQLError.self) { try LogQLParser.parse(query) }
        do { _ = try LogQLParser.parse(query) } catch { #expect("\(error)" == message) }
    }

    @Test(arguments: [#"{app=~".*"}"#, #"{app!="api"}"#, "{}"])
    func refusesSelectorsThatSelectEverything(_ query: String) {
        do {
            _ = try LogQLParser.parse(query)
            Issue.record("was accepted")
        } catch { #expect("\(error)".hasPrefix("parse error : queries require at least one")) }
    }

    @Test func boundsNestingAndLength() {
        let deep = String(repeating: "(", count: 100_000)
        #expect(throws: LogQLError.self) { try LogQLParser.parse(deep) }
        let chain = "vector(1)" + String(repeating: "+1", count: 50_000)
        #expect(throws: LogQLError.self) { try LogQLParser.parse(chain) }
        let long = "{a=\"" + String(repeating: "x", count: 200_000) + "\"}"
        #expect(throws: LogQLError.self) { try LogQLParser.parse(long) }
    }

    /// Any bytes give a tree or an error, never a trap.
    @Test func survivesMutatedQueries() {
        let seeds = [
            #"sum by (a) (rate({app="api",b=~"x.*"} |= "y" | json | c > 5ms or (d="e" and f<=1KB) [5m] offset 1h)) / 2"#,
            #"{a="b"} | logfmt --strict --keep-empty x="y", z | drop a, b=~"c" | keep d | decolorize"#,
            "quantile_over_time(0.9, {a=\"b\"} | unwrap duration(x) | y!=\"\" [1h30m]) by (q) > bool on (a) group_left (b) vector(1)",
        ]
        var random = SeededGenerator(seed: 0x1092)
        var accepted = 0
        for round in 0..<3000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<(1 + random.below(4)) {
                let at = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                default: bytes.insert(bytes[random.below(bytes.count)], at: at)
                }
            }
            if (try? LogQLParser.parse(String(decoding: bytes, as: UTF8.self))) != nil { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    @Test func readsNumbersDurationsAndSizes() {
        #expect(NumberText.duration("1h30m") == 5_400_000_000_000)
        #expect(NumberText.duration("1.5ms") == 1_500_000)
        #expect(NumberText.duration("-2µs") == -2_000)
        #expect(NumberText.duration("5x") == nil)
        #expect(NumberText.duration("99999999999h") == nil)
        #expect(NumberText.size("5KB") == 5000)
        #expect(NumberText.size("5 KiB") == 5120)
        #expect(NumberText.size("99999999EB") == nil)
        #expect(NumberText.number("1e3") == 1000)
        #expect(NumberText.number("0x10") == 16)
        #expect(NumberText.number("nope") == nil)
    }
}

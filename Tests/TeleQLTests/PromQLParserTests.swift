import TeleModel
import TeleQL
import TeleTestKit
import Testing

@Suite struct PromQLParserTests {
    /// Query and its canonical form; "" where it is canonical already.
    @Test(arguments: [
        ("1", ""), ("-1", ""), ("+1", "1"), ("0x1F", "31"), ("010", "8"), (".5", "0.5"), ("5.", "5"), ("1e3", "1000"),
        ("1_000", "1000"), ("Inf", "+Inf"), ("-inF", "-Inf"), ("nan", "NaN"), ("5m", ""), ("1h30m", ""),
        ("90m", "1h30m"),
        ("1+2*3^2^2", "1 + 2 * 3 ^ 2 ^ 2"), ("-1^2", "-1 ^ 2"), ("a  or b and c", "a or b and c"),
        ("foo", ""), ("foo:bar", ""), ("foo{a=\"b\",c!~\"d.*\"}", ""), ("{__name__=\"foo\"}", "{__name__=\"foo\"}"),
        ("{\"my.metric\",\"a.b\"='c'}", "{\"my.metric\",\"a.b\"=\"c\"}"),
        ("foo{a='\\'x\\n\\u00e9'}", "foo{a=\"'x\\né\"}"),
        ("foo{a=`\\d`}", "foo{a=\"\\\\d\"}"), ("foo[5m]", ""), ("foo[300]", "foo[5m]"), ("foo[5m] offset 1h", ""),
        ("foo offset -1h", ""), ("foo @ 1.5", "foo @ 1.500"), ("foo[1m] @ end() offset 2m", ""),
        ("foo offset 5m @ start()", "foo @ start() offset 5m"), ("rate(foo[5m])[1h:1m]", ""), ("foo[1h:]", ""),
        ("sum(foo) by (a,b)", "sum by (a, b) (foo)"), ("sum without() (foo)", "sum without () (foo)"),
        ("topk(5, foo)", ""), ("count_values(\"v\", foo)", ""), ("SUM(foo)", "sum(foo)"),
        ("a == bool on(x) group_left(y) b", "a == bool on (x) group_left (y) b"),
        ("a / ignoring(x) b", "a / ignoring (x) b"),
        ("a + fill(0) b", "a + fill (0) b"), ("sum", ""), ("by{x=\"y\"}", ""),
        ("label_replace(a, \"b\", \"$1\", \"c\", \"(.*)\")", ""),
        ("foo # comment\n + 1", "foo + 1"), ("foo[step()*2]", "foo[step() * 2s]"), ("(((1)))", ""), ("-foo", ""),
        ("time()", ""),
    ])
    func canonicalForm(_ query: String, _ wanted: String) throws {
        let printed = try PromParser.parse(query).description
        #expect(printed == (wanted.isEmpty ? query : wanted))
        #expect(try PromParser.parse(printed).description == printed)
    }

    @Test(arguments: [
        ("", "1:1: parse error: no expression found in input"),
        ("1 +", "1:4: parse error: unexpected end of input"),
        ("foo{", "1:5: parse error: unexpected end of input in label matching, expected identifier or \"}\""),
        ("foo{a=1}", "1:7: parse error: unexpected number \"1\" in label matching, expected string"),
        ("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"),
        ("nope(1)", "1:1: parse error: unknown function with name \"nope\""),
        ("rate(foo)", "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"),
        ("abs()", "1:1: parse error: expected 1 argument(s) in call to \"abs\", got 0"),
        ("1 == 1", "1:1: parse error: comparisons between scalars must use BOOL modifier"),
        ("1 and 2", "1:1: parse error: set operator \"and\" not allowed in binary scalar expression"),
        ("foo[0s]", "1:1: parse error: duration must be greater than 0"),
        (
            "sum(foo, 1)",
            "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 1, got 2"
        ),
        ("foo\n + $", "2:4: parse error: unexpected character: '$'"),
        ("foo{a=~\"(\"}", "1:5: parse error: error parsing regexp: missing closing ): `(`"),
        ("'abc", "1:1: parse error: unterminated quoted string"),
        ("5mm", "1:1: parse error: bad number or duration syntax: \"5mm\""),
        ("a + on(x) group_left(x) b", "1:11: parse error: label \"x\" must not occur in ON and GROUP clause at once"),
        ("foo[5m] + 1", "1:1: parse error: binary expression must contain only scalar and instant vector types"),
    ])
    func errors(_ query: String, _ message: String) {
        #expect(throws: PromError.self) { try PromParser.parse(query) }
        do {
            _ = try PromParser.parse(query)
        } catch {
            #expect(error.description == message)
        }
    }

    /// Queries that would exhaust the stack, time or memory of a parser without bounds.
    @Test(.timeLimit(.minutes(1))) func hostile() {
        let many = 100_000
        for query in [
            String(repeating: "(", count: many), String(repeating: "-", count: many) + "1",
            "1" + String(repeating: "+1", count: many),
            "1" + String(repeating: "^1", count: many), String(repeating: "sum(", count: many),
            "a" + String(repeating: "[1m:1m]", count: many),
            "foo[" + String(repeating: "(", count: many), "foo[1" + String(repeating: "+1", count: many) + "]",
            String(repeating: "x", count: 2 << 20),
            "foo[99999999999999999999y]", "foo @ 1e300", "foo offset 9e300",
            "{a=~\"" + String(repeating: "(", count: many) + "\"}",
        ] {
            #expect(throws: PromError.self) { try PromParser.parse(query) }
        }
    }

    /// Mutated queries: an error or a tree, and what prints parses again.
    @Test(arguments: [11, 12] as [UInt64]) func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let seeds = [
            "sum by (a) (rate(http_requests_total{job=~\"api.*\"}[5m] offset 1h)) / on(x) group_left(y) foo @ 12.5",
            "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > bool 1 or -absent(y[1h:5m])",
        ]
        for _ in 0..<3000 {
            var bytes = Array(seeds[random.below(2)].utf8)
            for _ in 0...random.below(4) {
                let at = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes.remove(at: at)
                case 1: bytes[at] = UInt8(random.below(128))
                default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(12))], at: at)
                }
            }
            let query = String(decoding: bytes, as: UTF8.self)
            guard let tree = try? PromParser.parse(query) else { continue }
            let printed = tree.description
            #expect((try? PromParser.parse(printed))?.description == printed, "seed \(seed): \(query) as \(printed)")
        }
    }

    @Test(arguments: [
        ("limitk(2, a)", true), ("sum(limit_ratio(0.5, a))", true), ("mad_over_time(a[5m])", true),
        ("rate(a[5m] anchored)", true), ("a smoothed", true), ("rate(a[5m + 1m])", true), ("a offset step()", true),
        ("a + fill(0) b", true), ("max_over_time(a[5m:2 * 30s])", true), ("1 + info(a)", true),
        ("rate(a[5m] offset -5m)", false), ("topk(2, a offset 1h)", false),
        ("max_over_time(a[5m:30s] @ start())", false),
        ("histogram_quantile(0.9, sum by (le) (rate(a[5m])))", false), ("a + on (b) group_left () c", false),
    ])
    func experiments(query: String, isExperimental: Bool) throws {
        let found = PromExperiments.first(in: try PromParser.parse(query), of: query)
        #expect((found != nil) == isExperimental, "\(query): \(String(describing: found))")
        if let found { #expect(found.description.contains("query.experimental"), "\(found)") }
    }

    /// Prints what parsing costs, and is no slower than any query could afford.
    @Test func parseTime() throws {
        let part =
            "sum by (job, route) (rate(http_requests_total{job=~\"a.*\", code!=\"200\"}[5m] offset 1h)) / 2 > 0.5"
        let query = Array(repeating: part, count: 1024 / (part.utf8.count + 4)).joined(separator: " or ")
        let start = ContinuousClock.now
        for _ in 0..<50 { _ = try PromParser.parse(query) }
        let each = (ContinuousClock.now - start) / 50
        print("parsing a query of \(query.utf8.count) bytes: \(each)")
        #expect(each < .milliseconds(100))
    }
}

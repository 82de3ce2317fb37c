import TeleModel
import TeleQL
import TeleTestKit
import Testing

struct LogQLStagesTests {
    /// What is printed is read again as the same.
    @Test(arguments: [
        #"{a="b"} |= "x" or ip("10.0.0.0/8") |> "a <_> b" != "c""#,
        #"{a="b"} | json x="a.b[0]" | logfmt --strict --keep-empty y="z" | label_format a=b,c="{{.d}}""#,
        #"{a="b"} | regexp "(?P<x>.)" | pattern "<a> <_>" | unpack | line_format "{{.x}}""#,
        #"{a="b"} | decolorize | drop a,b="c" | keep d"#,
        #"{a="b"} | ( x="1" or ( y>2 , z<=1m30s ) ) | ip=ip("::1")"#,
        #"topk by (a)(2,rate({a="b"} | logfmt | unwrap duration(x) | __error__=""[5m] offset 1m0s))"#,
        #"(sum(count_over_time({a="b"}[1d])) / on (x) group_left (y) vector(1.500000))"#,
        #"label_replace(rate({a="b"}[1h30m]),"a","$1","b","(.*)")"#,
        #"quantile_over_time(0.95,{a="b"} | unwrap x[5m]) by (a,b)"#,
        #"variants(count_over_time({a="b"}[5m]), bytes_over_time({a="b"}[5m])) of ({a="b"}[5m])"#,
    ])
    func printsWhatItRead(query: String) throws {
        let printed = LogQLPrinter.text(try LogQLParser.parse(query))
        #expect(printed == query)
        #expect(LogQLPrinter.text(try LogQLParser.parse(printed)) == printed)
    }

    @Test func splitsLongQueries() throws {
        let stage = #"|= "0123456789 0123456789 0123456789""#
        let query = #"sum by (env) (count_over_time({app="api"} \#(stage) \#(stage) \#(stage) [5m]))"#
        #expect(
            LogQLPrinter.text(try LogQLParser.parse(query)) == """
                sum by (env)(
                  count_over_time(
                    {app="api"}
                      \(stage)
                      \(stage)
                      \(stage) [5m]
                  )
                )
                """)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "from 10.1.2.3 to x", true), ("10.0.0.0/8", "v 11.1.2.3", false),
        ("10.0.0.1-10.0.0.9", "a10.0.0.9b", true), ("10.0.0.1-10.0.0.9", "10.0.0.10", false),
        ("2001:db8::/32", "src=2001:db8::68 x", true), ("::1", "dst=::1 end", true),
        ("192.168.4.0/24", "addr=[::ffff:192.168.4.2]:80", false), ("0.0.0.0/0", "1.2.3.4.5 or 300.1.1.1", false),
        ("1.2.3.4", "1.2.3.4", true), ("::/0", "12:30:45 time", false),
    ])
    func findsAddresses(range: String, text: String, isThere: Bool) throws {
        let found = try #require(AddressRange(range)).isFound(in: Array(text.utf8))
        #expect(found == isThere)
    }

    @Test(arguments: ["", "10.0.0", "10.0.0.1/33", "1.2.3.4-::1", "::1::", "1.2.3.4-1.2.3.3", "a", "/8", "-", "::/129"])
    func refusesWhatIsNoRange(text: String) { #expect(AddressRange(text) == nil) }

    @Test(arguments: [
        ("<_> b <_>", "a b c", true), ("a <_>", "a b c", true), ("b <_>", "a b c", true), ("<_> b", "a b c", false),
        ("a b c", "a b c", true), ("a  <_>", "a  ", false), ("<_>", "x", true), ("<_>", "", false), ("", "", true),
    ])
    func fitsPatterns(pattern: String, line: String, fits: Bool) throws {
        #expect(try LinePattern.filter(pattern).matches(Array(line.utf8).span) == fits)
    }

    @Test(arguments: [
        #"{a="b"} | line_format "{{.x""#, #"{a="b"} | line_format "{{ nosuch .x }}""#,
        #"{a="b"} | line_format "{{ if .x }}""#, #"{a="b"} | line_format "{{ break }}""#,
        #"{a="b"} | label_format a=b,a=c"#, #"{a="b"} | pattern "<_>""#, #"{a="b"} | pattern "<a><b>""#,
        #"{a="b"} | pattern "<a> <a>""#, #"{a="b"} |> "<x>""#, #"{a="b"} | regexp ".""#, #"{a="b"} |~ ip("::1")"#,
        #"{a="b"} | json x="a[b""#, #"{a="b"} |= ip("x")"#, #"label_replace(rate({a="b"}[5m]),"a","","b","(")"#,
    ])
    func refuses(query: String) { #expect(throws: LogQLError.self) { try LogQLParser.parse(query) } }

    /// Templates of random pieces: read or refused, never a trap; nesting is bounded.
    @Test func survivesAnyTemplate() {
        let seed: UInt64 = 20_261_121
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "{{", "}}", "{{-", "-}}", "if ", "range ", "end", "else ", ".a", "$x", " := ", "\"", "`", "(", ")", "|",
            "printf",
            " 1 ", "-", "'a'", "/*", "*/", ",", "é", "with ", "\n", ".", "{{end}}", "{{if .a}}", "$", "0x", "1e9",
        ]
        for _ in 0..<5_000 {
            let count = Int.random(in: 0..<14, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            _ = try? LogQLTemplate(text)
        }
        let deep = String(repeating: "{{if .a}}", count: 10_000) + String(repeating: "{{end}}", count: 10_000)
        #expect(throws: LogQLError.self, "seed \(seed)") { try LogQLTemplate(deep) }
        let parens = "{{" + String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000) + "}}"
        #expect(throws: LogQLError.self) { try LogQLTemplate(parens) }
        let elses = "{{if .a}}" + String(repeating: "{{else if .b}}", count: 10_000) + "{{end}}"
        #expect(throws: LogQLError.self) { try LogQLTemplate(elses) }
    }
}

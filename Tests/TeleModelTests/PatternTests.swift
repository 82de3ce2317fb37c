import TeleModel
import TeleTestKit
import Testing

@Suite struct PatternTests {
    @Test(
        arguments: [
            ("a+b", "xaab", "aab"), ("(a|ab)(c|bcd)", "abcd", "abcd"), ("a*?b", "aaab", "aaab"), ("x*", "yyy", ""),
            ("(?i)héllo", "HÉLLO", "HÉLLO"), ("\\bfoo\\b", "a foo b", "foo"), ("[^a-c]+", "abcxyzabc", "xyz"),
            ("a{2,3}", "aaaa", "aaa"), ("a{2,3}?", "aaaa", "aa"), ("\\pL+", "12été34", "été"),
            ("\\d{4}-\\d\\d", "on 2024-05", "2024-05"),
            ("(?m)^b$", "a\nb\nc", "b"), ("a.c", "a\nc", nil), ("(?s)a.c", "a\nc", "a\nc"), ("^$", "", ""),
            ("\\Qa.b\\E", "xa.b", "a.b"),
            ("[[:alpha:]]+", "1abc2", "abc"), ("\\x41\\x{1F600}", "A😀", "A😀"), ("a|b|", "c", ""),
            ("(?U)a+", "aaa", "a"),
            ("[\\d-z]+", "5-z", "5-z"), ("[]a]+", "]a", "]a"), ("é", "xéy", "é"), (".", "日本", "日"), ("\\B", "a", nil),
            ("(?i)k", "\u{212a}", "\u{212a}"), ("a**b", "", "error"), ("(", "", "error"), ("[a", "", "error"),
            ("a{1001}", "", "error"),
            ("(?=a)", "", "error"), ("\\8", "", "error"), ("*", "", "error"), ("[z-a]", "", "error"),
            ("a)", "", "error"),
            ("x{,2}", "x{,2}", "x{,2}"), ("(?P<n>a)(?P<n>b)", "", "error"), ("\\pX", "", "error"), ("\\", "", "error"),
        ] as [(String, String, String?)])
    func leftmostMatch(_ source: String, _ text: String, _ expected: String?) throws {
        guard let pattern = try? Pattern(source) else {
            #expect(expected == "error", "\(source)")
            return
        }
        let found = pattern.captures(in: text)?[0].map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
        #expect(found == expected, "\(source)")
        #expect(pattern.matches(text) == (expected != nil), "\(source)")
    }

    @Test(arguments: [
        ("api|web", "web", true), ("api|web", "webx", false), (".*", "", true), (".+", "", false), (".+", "\n", true),
        ("ab.*", "abc\nd", true), (".*cd", "abcd", true), (".*bc.*", "abcd", true), (".*bc.*", "acbd", false),
        ("a.c", "a\nc", true), ("", "", true), ("", "a", false), ("(a|b)?c", "c", true), ("^abc$", "abc", true),
        ("5..", "503", true), ("5..", "5030", false), ("(?i)get", "GeT", true), ("a|(b|c)d", "cd", true),
        ("foo.*|bar", "bar", true), ("x?", "xx", false),
    ])
    func anchored(_ source: String, _ text: String, _ expected: Bool) throws {
        #expect(try Pattern(source, anchored: true).matches(text) == expected, "\(source) \(text)")
    }

    @Test func literalsAreExposed() throws {
        #expect(try Pattern("a(b|c)|d", anchored: true).literals == ["ab", "ac", "d"])
        #expect(try Pattern("x.*status=.*", anchored: false).requiredLiteral == Array("status=".utf8))
        #expect(try Pattern("error").literals == ["error"])
    }

    @Test func namedGroups() throws {
        let pattern = try Pattern("(?P<method>\\w+) (?P<path>\\S+)( HTTP)?")
        let groups = try #require(pattern.captures(in: "GET /x"))
        #expect(pattern.groupNames == [nil, "method", "path", nil])
        #expect(groups == [0..<6, 0..<3, 4..<6, nil])
    }

    /// Expressions on which a backtracking matcher takes exponential time, and sizes that must be refused.
    @Test(.timeLimit(.minutes(1))) func hostile() throws {
        let text = String(repeating: "a", count: 20_000)
        #expect(try !Pattern("(a*)*b").matches(text))
        #expect(try !Pattern("(a|aa)+$", anchored: true).matches(text + "b"))
        #expect(try Pattern("(x+x+)+y").captures(in: String(repeating: "x", count: 2000)) == nil)
        #expect(try Pattern("(a?){30}a{30}").matches(String(text.prefix(30))))
        #expect(throws: PatternError.self) { try Pattern("((a{100}){100}){100}") }
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 100_000)) }
        #expect(try Pattern("[a-q][^u-z]{13}x").matches(text + "x"))
        // More states than the table holds.
        var random = SeededGenerator(seed: 7)
        let noise = String((0..<20_000).map { _ in random.chance(0.5) ? "a" : "b" })
        #expect(try !Pattern("a(a|b){18}c").matches(noise))
    }

    /// Against a matcher by definition over random trees.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func agreesWithDefinition(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let tree = RandomTree(depth: 3, &random)
            let text = Array((0..<random.below(7)).map { _ in "ab\n".utf8.map { $0 }[random.below(3)] })
            let pattern = try Pattern(tree.source, anchored: true)
            let string = String(decoding: text, as: UTF8.self)
            let expected = tree.ends(text, [0]).contains(text.count)
            #expect(pattern.matches(string) == expected, "seed \(seed): \(tree.source) on \(text)")
            let anywhere = (0...text.count).contains { !tree.ends(text, [$0]).isEmpty }
            let open = try Pattern("(?s)" + tree.source)
            #expect(open.matches(string) == anywhere, "seed \(seed): \(tree.source) in \(text)")
            #expect((open.captures(in: string) != nil) == anywhere, "seed \(seed): \(tree.source) captured in \(text)")
        }
    }
}

private indirect enum RandomTree {
    case byte(UInt8)
    case dot
    case start
    case end
    case concat(RandomTree, RandomTree)
    case either(RandomTree, RandomTree)
    case star(RandomTree)
    case optional(RandomTree)

    init(depth: Int, _ random: inout SeededGenerator) {
        switch depth == 0 ? random.below(5) : random.below(10) {
        case 0, 1, 2: self = .byte(97 + UInt8(random.below(2)))
        case 3: self = .dot
        case 4: self = random.chance(0.5) ? .start : .end
        case 5, 6: self = .concat(RandomTree(depth: depth - 1, &random), RandomTree(depth: depth - 1, &random))
        case 7: self = .either(RandomTree(depth: depth - 1, &random), RandomTree(depth: depth - 1, &random))
        case 8: self = .star(RandomTree(depth: depth - 1, &random))
        default: self = .optional(RandomTree(depth: depth - 1, &random))
        }
    }

    var source: String {
        switch self {
        case .byte(let byte): String(UnicodeScalar(byte))
        case .dot: "."
        case .start: "^"
        case .end: "$"
        case .concat(let a, let b): a.source + b.source
        case .either(let a, let b): "(\(a.source)|\(b.source))"
        case .star(let a): "(\(a.source))*"
        case .optional(let a): "(?:\(a.source))?"
        }
    }

    /// Where matches that begin at one of the positions can end.
    func ends(_ text: [UInt8], _ starts: Set<Int>) -> Set<Int> {
        switch self {
        case .byte(let byte): return Set(starts.filter { $0 < text.count && text[$0] == byte }.map { $0 + 1 })
        case .dot: return Set(starts.filter { $0 < text.count }.map { $0 + 1 })
        case .start: return starts.filter { $0 == 0 }
        case .end: return starts.filter { $0 == text.count }
        case .concat(let a, let b): return b.ends(text, a.ends(text, starts))
        case .either(let a, let b): return a.ends(text, starts).union(b.ends(text, starts))
        case .optional(let a): return starts.union(a.ends(text, starts))
        case .star(let a):
            var all = starts
            while true {
                let more = all.union(a.ends(text, all))
                if more == all { return all }
                all = more
            }
        }
    }
}

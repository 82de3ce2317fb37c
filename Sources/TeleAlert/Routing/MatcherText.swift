package import TeleModel

/// Matchers of alerts as texts: `team="a"`, `{team="a", "b c"=~"x.*"}`. What Alertmanager reads, in both of its
/// syntaxes: the one with UTF-8 names, and the older one that takes more without quotes.
package enum MatcherText {
    /// At least one.
    package static func parse(_ text: String) throws(MatcherProblem) -> [Matcher] {
        guard text.utf8.count <= AlertingLimits.textBytes else { throw MatcherProblem("the matcher is too long") }
        var classic: [Matcher] = []
        var classicProblem: MatcherProblem?
        do { classic = try ClassicMatcherParser.parse(text) } catch { classicProblem = error }
        // Where both read it, the older reading stands: files that were written for it mean what they meant.
        if classicProblem == nil { return try checked(classic) }
        var parser = MatcherParser(text)
        if let matchers = try? parser.parse() { return try checked(matchers) }
        throw classicProblem ?? MatcherProblem("no matcher: \(text)")
    }

    private static func checked(_ matchers: [Matcher]) throws(MatcherProblem) -> [Matcher] {
        guard matchers.count <= AlertingLimits.matchers else { throw MatcherProblem("too many matchers") }
        return matchers
    }

    static func make(_ name: String, _ operation: Matcher.Operation, _ value: String) throws(MatcherProblem) -> Matcher
    {
        guard !name.isEmpty else { throw MatcherProblem("a matcher has no label name") }
        do { return try Matcher(name: name, operation, value) } catch { throw MatcherProblem(error.description) }
    }

    /// `{a="b",c=~"d"}`: part of group keys, so the same for the same matchers whatever their order.
    package static func text(_ matchers: [Matcher]) -> String {
        "{" + matchers.map(text).joined(separator: ",") + "}"
    }

    package static func text(_ matcher: Matcher) -> String {
        let name = matcher.name.utf8.contains(where: isReserved) ? LabelText.quoted(matcher.name) : matcher.name
        var value = ""
        for character in matcher.value.unicodeScalars {
            switch character {
            case "\\": value += "\\\\"
            case "\"": value += "\\\""
            case "\n": value += "\\n"
            default: value.unicodeScalars.append(character)
            }
        }
        return "\(name)\(symbol(matcher.operation))\"\(value)\""
    }

    package static func symbol(_ operation: Matcher.Operation) -> String {
        switch operation {
        case .equal: "="
        case .notEqual: "!="
        case .matches: "=~"
        case .matchesNot: "!~"
        }
    }

    static func operation(_ symbol: some StringProtocol) -> Matcher.Operation? {
        [Matcher.Operation.equal, .notEqual, .matches, .matchesNot].first { self.symbol($0) == symbol }
    }

    static func isReserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09...0x0d, 0x20, 0x7b, 0x7d, 0x21, 0x3d, 0x7e, 0x2c, 0x5c, 0x22, 0x27, 0x60: true
        default: false
        }
    }
}

package struct MatcherProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}

extension [Matcher] {
    /// Whether all accept; a label that is missing is empty.
    package func accept(_ labels: LabelSet) -> Bool { allSatisfy { $0.accepts(labels[$0.name] ?? "") } }
}

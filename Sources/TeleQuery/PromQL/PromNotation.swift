package import TeleModel
internal import TeleQL

/// The notation of series and their values in promtool's unit tests: `1 2 _ stale`, `1x3` (four of 1), `1+2x3`
/// (1 3 5 7), `_x3` (three that are missing), `{{schema:1 sum:2 count:3 buckets:[1 2]}}` with `x` and `+{{...}}x` alike.
package enum PromNotation {
    package enum Value: Sendable {
        case float(Double)
        case histogram(NativeHistogram)
    }

    /// Values of one series.
    package static let mostValues = 10_000_000

    /// `a{b="c"}`.
    package static func labels(_ text: String) throws(PromNotationError) -> LabelSet {
        if text == "{}" { return .empty }
        let parsed: PromExpr
        do throws(PromError) { parsed = try PromParser.parse(text) } catch {
            // A selector must match something: labels with empty values only.
            guard text.hasPrefix("{"), let named = try? PromParser.parse("x" + text),
                case .selector(let selector) = named.kind
            else { throw PromNotationError("\"\(text)\" is no series: \(error)") }
            return LabelSet(selector.matchers.filter { $0.name != "__name__" }.map { ($0.name, $0.value) })
        }
        guard case .selector(let selector) = parsed.kind, selector.matchers.allSatisfy({ $0.operation == .equal })
        else { throw PromNotationError("\"\(text)\" is no series") }
        return LabelSet(selector.matchers.map { ($0.name, $0.value) })
    }

    /// nil where a value is missing.
    package static func values(_ text: Substring) throws(PromNotationError) -> [Value?] {
        var out: [Value?] = []
        var rest = text
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" }
            if rest.isEmpty { return out }
            if rest.hasPrefix("{{") {
                let (values, tail) = try histograms(rest)
                out += values
                rest = tail
            } else {
                let word = rest.prefix { $0 != " " && $0 != "\t" && $0 != "\n" }
                rest = rest.dropFirst(word.count)
                out += try expanded(word)
            }
            if out.count > mostValues { throw PromNotationError("more than \(mostValues) values in a series") }
        }
    }

    package static func number(_ text: Substring) -> Double? {
        switch text.lowercased() {
        case "nan": return .nan
        case "stale": return SampleBatch.staleMarker
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        default: break
        }
        return text.allSatisfy({ $0.isNumber || "+-.eE_".contains($0) }) ? Double(text.filter { $0 != "_" }) : nil
    }

    /// What follows the `x`, where there is one.
    static func times(_ digits: Substring, _ word: Substring) throws(PromNotationError) -> Int {
        guard let times = Int(digits), times >= 0, times < mostValues else {
            throw PromNotationError("\"\(word)\": x takes a whole number below \(mostValues)")
        }
        return times
    }

    private static func expanded(_ word: Substring) throws(PromNotationError) -> [Value?] {
        if let value = number(word), word != "_" { return [.float(value)] }
        if word == "_" { return [nil] }
        guard let x = word.lastIndex(of: "x") else { throw PromNotationError("\"\(word)\" is no value") }
        let count = try times(word[word.index(after: x)...], word)
        let head = word[..<x]
        if head == "_" { return Array(repeating: nil, count: count) }
        if let value = number(head) { return Array(repeating: .float(value), count: count + 1) }
        for index in head.indices.dropFirst().reversed() where head[index] == "+" || head[index] == "-" {
            guard let start = number(head[..<index]), let step = number(head[head.index(after: index)...]) else {
                continue
            }
            let signed = head[index] == "+" ? step : -step
            var value = start
            var out: [Value?] = []
            for _ in 0...count {
                out.append(.float(value))
                value += signed
            }
            return out
        }
        throw PromNotationError("\"\(word)\" is no value")
    }
}

/// What is wrong with a series or its values.
package struct PromNotationError: Error, Sendable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

internal import TeleModel

/// Alertmanager's older matcher syntax: plain names, and values that need no quotes: `severity=~crit|page`.
enum ClassicMatcherParser {
    static func parse(_ text: String) throws(MatcherProblem) -> [Matcher] {
        var rest = Substring(text)
        if rest.hasPrefix("{") { rest = rest.dropFirst() }
        if rest.hasSuffix("}") { rest = rest.dropLast() }
        var out: [Matcher] = []
        for part in split(rest) { out.append(try matcher(part)) }
        guard !out.isEmpty else { throw MatcherProblem("no matcher") }
        return out
    }

    /// At commas that stand outside of quotes; an empty end is dropped.
    private static func split(_ text: Substring) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var part: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in text.utf8 {
            if byte == 0x2c, !isQuoted {
                parts.append(part)
                part = []
                continue
            }
            if byte == 0x22, !isEscaped { isQuoted.toggle() }
            isEscaped = byte == 0x5c && !isEscaped
            part.append(byte)
        }
        if !part.allSatisfy(isSpace) { parts.append(part) }
        return parts
    }

    private static func matcher(_ part: [UInt8]) throws(MatcherProblem) -> Matcher {
        func problem(_ why: String) -> MatcherProblem {
            MatcherProblem("\(why): \(String(decoding: part, as: UTF8.self))")
        }
        var rest = trimmed(part[...])
        let name = rest.prefix { isNameByte($0) }
        guard let first = name.first, !(0x30...0x39).contains(first) else { throw problem("bad matcher format") }
        rest = trimmed(rest.dropFirst(name.count))
        let symbol = ["=~", "!~", "!=", "="].first { rest.starts(with: $0.utf8) }
        guard let symbol, let operation = MatcherText.operation(symbol) else { throw problem("bad matcher format") }
        let value = try unescaped(trimmed(rest.dropFirst(symbol.utf8.count)), problem)
        return try MatcherText.make(String(decoding: name, as: UTF8.self), operation, value)
    }

    private static func unescaped(
        _ text: ArraySlice<UInt8>, _ problem: (String) -> MatcherProblem
    ) throws(MatcherProblem) -> String {
        var text = text
        let isQuoted = text.first == 0x22
        if isQuoted { text = text.dropFirst() }
        var out: [UInt8] = []
        var isClosed = false
        var isEscaped = false
        for (i, byte) in zip(text.indices, text) {
            let isLast = i == text.endIndex - 1
            if isEscaped {
                isEscaped = false
                switch byte {
                case 0x6e: out.append(0x0a)
                case 0x22, 0x5c: out.append(byte)
                default: out += [0x5c, byte]
                }
            } else if byte == 0x5c, !isLast {
                isEscaped = true
            } else if byte == 0x22 {
                guard isQuoted, isLast else { throw problem("matcher value contains unescaped double quote") }
                isClosed = true
            } else {
                out.append(byte)
            }
        }
        guard isClosed == isQuoted else { throw problem("matcher value contains unescaped double quote") }
        guard let value = String(validating: out, as: UTF8.self) else { throw problem("matcher value is no UTF-8") }
        return value
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text = text.dropLast() }
        return text
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3a, 0x41...0x5a, 0x5f, 0x61...0x7a: true
        default: false
        }
    }
}

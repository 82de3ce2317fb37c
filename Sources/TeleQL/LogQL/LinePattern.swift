import TeleModel

/// Loki's patterns: literal text with captures `<name>` and `<_>` between. As a parser (`| pattern`) the captures become
/// labels; as a line filter (`|>`) only whether the line fits counts, and captures have no names.
package struct LinePattern: Sendable {
    package enum Part: Sendable, Equatable {
        case literal([UInt8])
        /// nil for `<_>`.
        case capture(String?)
    }

    package let source: String
    package let parts: [Part]

    private init(source: String, parts: [Part]) {
        self.source = source
        self.parts = parts
    }

    /// For `| pattern`: at least one capture has a name, no name occurs twice.
    package static func parser(_ text: String) throws(LogQLError) -> LinePattern {
        let pattern = LinePattern(source: text, parts: split(text))
        try pattern.checkNeighbours()
        let names = pattern.names
        guard !names.isEmpty else { throw LogQLError("at least one capture is required") }
        for (at, name) in names.enumerated() where names[..<at].contains(name) {
            throw LogQLError("duplicate capture name (\(name))")
        }
        return pattern
    }

    /// For `|>` and `!>`.
    package static func filter(_ text: String) throws(LogQLError) -> LinePattern {
        let pattern = LinePattern(source: text, parts: split(text))
        try pattern.checkNeighbours()
        guard pattern.names.isEmpty else {
            throw LogQLError("named captures are not allowed: '<\(pattern.names[0])>'")
        }
        return pattern
    }

    package var names: [String] {
        parts.compactMap { if case .capture(let name?) = $0 { name } else { nil } }
    }

    private func checkNeighbours() throws(LogQLError) {
        for (part, next) in zip(parts, parts.dropFirst()) {
            if case .capture(let a) = part, case .capture(let b) = next {
                throw LogQLError("found consecutive capture '<\(a ?? "_")><\(b ?? "_")>'")
            }
        }
    }

    private static func split(_ text: String) -> [Part] {
        let bytes = Array(text.utf8)
        var out: [Part] = []
        var literal: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if let (name, end) = capture(bytes, at) {
                if !literal.isEmpty { out.append(.literal(literal)) }
                literal = []
                out.append(.capture(name == "_" ? nil : name))
                at = end
            } else {
                literal.append(bytes[at])
                at += 1
            }
        }
        if !literal.isEmpty { out.append(.literal(literal)) }
        return out
    }

    private static func capture(_ bytes: [UInt8], _ start: Int) -> (String, Int)? {
        guard bytes[start] == 0x3c else { return nil }
        var at = start + 1
        while at < bytes.count, LogQLLexer.isLetter(bytes[at]) || (at > start + 1 && LogQLLexer.isDigit(bytes[at])) {
            at += 1
        }
        guard at > start + 1, at < bytes.count, bytes[at] == 0x3e else { return nil }
        return (String(decoding: bytes[start + 1..<at], as: UTF8.self), at + 1)
    }

    /// Whether the line fits. Literals are looked for from left to right, the first place counts; a capture holds at
    /// least a byte. As in Loki a literal at the beginning of the pattern may stand anywhere in the line.
    package func matches(_ line: borrowing Span<UInt8>) -> Bool {
        guard line.count > 0, let last = parts.last else { return line.count == 0 && parts.isEmpty }
        var at = 0
        for (index, part) in parts.enumerated() {
            guard case .literal(let literal) = part else { continue }
            guard let found = ByteSearch.find(literal.span, in: line, from: at) else { return false }
            if index > 0, found == at { return false }
            at = found + literal.count
        }
        if case .capture = last { return at < line.count }
        return at == line.count
    }

    /// Names and what they captured; a literal that is not found leaves the rest of the line to the capture before it.
    package func captures(_ line: borrowing Span<UInt8>) -> [(name: String, range: Range<Int>)] {
        var out: [(name: String, range: Range<Int>)] = []
        guard line.count > 0 else { return out }
        var at = 0
        var index = 0
        if case .literal(let first)? = parts.first {
            guard ByteSearch.equals(first.span, line, 0) else { return out }
            at = first.count
            index = 1
        }
        while index < parts.count, case .capture(let name) = parts[index] {
            var end = line.count
            var next = line.count
            var isLast = true
            if index + 1 < parts.count, case .literal(let literal) = parts[index + 1],
                let found = ByteSearch.find(literal.span, in: line, from: at)
            {
                end = found
                next = found + literal.count
                isLast = false
            }
            if let name { out.append((name, at..<end)) }
            if isLast { break }
            at = next
            index += 2
        }
        return out
    }
}

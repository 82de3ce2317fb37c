/// Why a regular expression was refused: what and at which scalar of it.
package struct PatternError: Error, Equatable, Sendable, CustomStringConvertible {
    package var message: String
    package var offset: Int

    package init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }

    /// In Go's words, which Prometheus' and Loki's messages quote.
    package var description: String { "error parsing regexp: \(message)" }
}

/// A compiled RE2 regular expression that matches UTF-8 bytes in time linear in the text.
///
/// Anchored patterns are those of label matchers: they match the whole text, and their dot matches newlines, as
/// Prometheus 3 and Loki 3 have it.
package struct Pattern: Sendable {
    package let source: String
    package let isAnchored: Bool
    /// What the text must be one of (anchored) or, of one element, contain; nil where that is no short list.
    package let literals: [String]?
    /// Bytes that each match contains; empty where none are known.
    package let requiredLiteral: [UInt8]
    /// Names of the groups, nil where a group has none; the first stands for the whole match.
    package let groupNames: [String?]

    private let shape: PatternShape
    private let engine: PatternEngine

    package init(_ source: String, anchored: Bool = false) throws(PatternError) {
        var parser = PatternParser(source, dotMatchesNewline: anchored)
        let inner = try parser.parse()
        let node: PatternNode = anchored ? .concat([.assertion(.textStart), inner, .assertion(.textEnd)]) : inner
        self.source = source
        isAnchored = anchored
        groupNames = parser.groups
        shape = PatternShape(inner, isAnchored: anchored)
        requiredLiteral = inner.requiredLiteral
        switch shape {
        case .oneOf(let table): literals = table.literals.map { String(decoding: $0, as: UTF8.self) }
        case .contains(let text) where !anchored: literals = [String(decoding: text, as: UTF8.self)]
        default: literals = nil
        }
        let program = try PatternCompiler.compile(node, groups: parser.groups, wantsCaptures: false)
        engine = PatternEngine(program, node, groups: parser.groups)
    }

    package func matches(_ text: borrowing Span<UInt8>) -> Bool {
        switch shape {
        case .everything: return true
        case .nonEmpty: return text.count > 0
        case .oneOf(let table): return table.contains(text)
        case .prefix(let literal): return ByteSearch.equals(literal.span, text, 0)
        case .suffix(let literal): return ByteSearch.equals(literal.span, text, text.count - literal.count)
        case .contains(let literal): return ByteSearch.find(literal.span, in: text) != nil
        case .automaton:
            if !requiredLiteral.isEmpty, ByteSearch.find(requiredLiteral.span, in: text) == nil { return false }
            return engine.matches(text, isAnchored: isAnchored)
        }
    }

    package func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches(Span(_unsafeElements: $0)) }
    }

    /// The byte ranges of the leftmost match and of its groups (by number, see ``groupNames``); nil without a match.
    package func captures(in text: borrowing Span<UInt8>) -> [Range<Int>?]? {
        guard matches(text), let slots = engine.search(text, isAnchored: isAnchored) else { return nil }
        return stride(from: 0, to: slots.count - 1, by: 2).map { i in
            slots[i] >= 0 && slots[i + 1] >= slots[i] ? slots[i]..<slots[i + 1] : nil
        }
    }

    package func captures(in text: String) -> [Range<Int>?]? {
        var text = text
        return text.withUTF8 { captures(in: Span(_unsafeElements: $0)) }
    }

    /// The byte range of the leftmost match.
    package func find(in text: borrowing Span<UInt8>) -> Range<Int>? {
        if case .contains(let literal) = shape, !isAnchored {
            return ByteSearch.find(literal.span, in: text).map { $0..<$0 + literal.count }
        }
        return captures(in: text)?[0]
    }
}

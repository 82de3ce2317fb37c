/// What a matcher can do without an automaton.
internal enum PatternShape: Sendable {
    /// Any text matches.
    case everything
    /// Any text with at least one byte.
    case nonEmpty
    /// The text is one of the table's.
    case oneOf(LiteralTable)
    case prefix([UInt8])
    case suffix([UInt8])
    case contains([UInt8])
    case automaton

    internal init(_ node: PatternNode, isAnchored: Bool) {
        let parts = PatternShape.flatten(node)
        if !isAnchored {
            guard let literals = node.literals(limit: 1), literals.count == 1 else {
                self = .automaton
                return
            }
            self = literals[0].isEmpty ? .everything : .contains(literals[0])
            return
        }
        if let literals = node.literals(limit: 10_000) {
            self = .oneOf(LiteralTable(literals))
            return
        }
        let startsOpen = parts.first?.isAnything ?? false
        let endsOpen = parts.last?.isAnything ?? false
        if parts.count == 1 {
            if startsOpen {
                self = .everything
                return
            }
            if case .repeated(.set(.any), min: 1, max: nil, _) = parts[0] {
                self = .nonEmpty
                return
            }
        }
        let middle = parts.dropFirst(startsOpen ? 1 : 0).dropLast(endsOpen && parts.count > 1 ? 1 : 0)
        guard let literals = PatternNode.concat(Array(middle)).literals(limit: 1), literals.count == 1 else {
            self = .automaton
            return
        }
        switch (startsOpen, endsOpen) {
        case (true, true): self = .contains(literals[0])
        case (true, false): self = .suffix(literals[0])
        case (false, true): self = .prefix(literals[0])
        case (false, false): self = .automaton
        }
    }

    private static func flatten(_ node: PatternNode) -> [PatternNode] {
        switch node {
        case .concat(let parts): parts.flatMap(flatten)
        case .capture(let body, _): flatten(body)
        case .empty: []
        default: [node]
        }
    }
}

/// Literal texts, found by hash.
internal struct LiteralTable: Sendable {
    internal let literals: [[UInt8]]
    private let slots: [Int32]

    internal init(_ literals: [[UInt8]]) {
        self.literals = literals
        var capacity = 2
        while capacity < literals.count * 2 { capacity *= 2 }
        var slots = [Int32](repeating: -1, count: capacity)
        for (i, literal) in literals.enumerated() {
            var slot = Int(truncatingIfNeeded: Hash64.of(literal)) & (capacity - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = Int32(i)
        }
        self.slots = slots
    }

    internal func contains(_ text: borrowing Span<UInt8>) -> Bool {
        if literals.count == 1 {
            let literal = literals[0]
            return literal.count == text.count && ByteSearch.equals(literal.span, text, 0)
        }
        var slot = Int(truncatingIfNeeded: Hash64.of(text)) & (slots.count - 1)
        while slots[slot] >= 0 {
            let literal = literals[Int(slots[slot])]
            if literal.count == text.count, ByteSearch.equals(literal.span, text, 0) { return true }
            slot = (slot + 1) & (slots.count - 1)
        }
        return false
    }
}

/// RE2's syntax to a ``PatternNode``. Recursion is bounded by ``Limits/patternDepth``; messages are Go's.
internal struct PatternParser {
    internal struct Flags {
        /// `i`
        var ignoresCase = false
        /// `m`
        var isMultiline = false
        /// `s`
        var dotMatchesNewline = false
        /// `U`
        var isUngreedy = false
    }

    internal let text: [UInt32]
    internal var at = 0
    internal var flags: Flags
    /// Names of the capture groups; the first is the whole match.
    internal private(set) var groups: [String?] = [nil]
    private var depth = 0

    internal init(_ source: String, dotMatchesNewline: Bool) {
        text = source.unicodeScalars.map(\.value)
        flags = Flags(dotMatchesNewline: dotMatchesNewline)
    }

    internal mutating func parse() throws(PatternError) -> PatternNode {
        let node = try alternation()
        if at < text.count { throw PatternError("unexpected ): `\(source(0..<text.count))`", at: at) }
        return node
    }

    internal func source(_ range: Range<Int>) -> String {
        var out = String.UnicodeScalarView()
        for value in text[range.clamped(to: 0..<text.count)] { out.append(Unicode.Scalar(value) ?? "\u{fffd}") }
        return String(out)
    }

    internal func isAt(_ scalar: Unicode.Scalar, _ offset: Int = 0) -> Bool {
        at + offset < text.count && text[at + offset] == scalar.value
    }

    private mutating func alternation() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        if depth > Limits.patternDepth { throw PatternError("expression nests too deeply", at: at) }
        var branches = [try concatenation()]
        while isAt("|") {
            at += 1
            branches.append(try concatenation())
        }
        return branches.count == 1 ? branches[0] : .alternate(branches)
    }

    private mutating func concatenation() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        var literal: [UInt32] = []
        func joined() -> PatternNode {
            let all = literal.isEmpty ? parts : parts + [.literal(literal)]
            return all.isEmpty ? .empty : all.count == 1 ? all[0] : .concat(all)
        }
        while at < text.count, !isAt("|"), !isAt(")") {
            guard let atom = try atom() else { continue }
            let node = try repetition(of: atom)
            if case .literal(let scalars) = node {
                literal.append(contentsOf: scalars)
                continue
            }
            if !literal.isEmpty {
                parts.append(.literal(literal))
                literal = []
            }
            parts.append(node)
        }
        return joined()
    }

    /// The operators after an atom; two in a row are refused, as in Go.
    private mutating func repetition(of atom: PatternNode) throws(PatternError) -> PatternNode {
        var node = atom
        var operatorStart = -1
        while at < text.count {
            let start = at
            guard let (low, high) = try repetitionOperator() else { break }
            if operatorStart >= 0 {
                throw PatternError("invalid nested repetition operator: `\(source(operatorStart..<at))`", at: start)
            }
            operatorStart = start
            var isGreedy = !flags.isUngreedy
            if isAt("?") {
                at += 1
                isGreedy.toggle()
            }
            node = .repeated(node, min: low, max: high, isGreedy: isGreedy)
        }
        return node
    }

    private mutating func repetitionOperator() throws(PatternError) -> (Int, Int?)? {
        switch text[at] {
        case 0x2a:
            at += 1
            return (0, nil)
        case 0x2b:
            at += 1
            return (1, nil)
        case 0x3f:
            at += 1
            return (0, 1)
        case 0x7b: return try countedRepetition()
        default: return nil
        }
    }

    /// `{n}`, `{n,}`, `{n,m}`; nil (and nothing taken) where it is a plain brace.
    internal mutating func countedRepetition() throws(PatternError) -> (Int, Int?)? {
        let start = at
        at += 1
        guard let low = number() else {
            at = start
            return nil
        }
        var high: Int? = low
        if isAt(",") {
            at += 1
            high = isAt("}") ? nil : number()
            if high == nil, !isAt("}") {
                at = start
                return nil
            }
        }
        guard isAt("}") else {
            at = start
            return nil
        }
        at += 1
        if low > Limits.patternRepeat || (high ?? 0) > Limits.patternRepeat || low > (high ?? low) {
            throw PatternError("invalid repeat count: `\(source(start..<at))`", at: start)
        }
        return (low, high)
    }

    private mutating func number() -> Int? {
        let start = at
        var value = 0
        while at < text.count, (0x30...0x39).contains(text[at]) {
            value = min(value * 10 + Int(text[at] - 0x30), 1_000_000)
            at += 1
        }
        return at > start ? value : nil
    }

    /// One atom, or nil where only flags were set.
    private mutating func atom() throws(PatternError) -> PatternNode? {
        let scalar = text[at]
        switch scalar {
        case 0x28: return try group()
        case 0x5b: return .set(try bracketClass())
        case 0x2e:
            at += 1
            return .set(flags.dotMatchesNewline ? .any : .anyButNewline)
        case 0x5e:
            at += 1
            return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case 0x24:
            at += 1
            return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case 0x5c: return try escape()
        case 0x2a, 0x2b, 0x3f:
            throw PatternError("missing argument to repetition operator: `\(source(at..<at + 1))`", at: at)
        case 0x7b:
            let start = at
            if try countedRepetition() != nil {
                throw PatternError("missing argument to repetition operator: `\(source(start..<at))`", at: start)
            }
        default: break
        }
        at += 1
        return literal(scalar)
    }

    internal func literal(_ scalar: UInt32) -> PatternNode {
        guard flags.ignoresCase else { return .literal([scalar]) }
        let variants = ScalarSet.caseVariants(scalar)
        return variants.count == 1 ? .literal([scalar]) : .set(ScalarSet(variants.map { $0...$0 }))
    }

    private mutating func group() throws(PatternError) -> PatternNode? {
        let start = at
        let outer = flags
        at += 1
        var index: Int?
        if isAt("?") {
            at += 1
            if isAt("P") && isAt("<", 1) || isAt("<") {
                at += isAt("P") ? 2 : 1
                index = try namedGroup(start)
            } else if try flagsEnd(start) {
                return nil
            }
        } else {
            groups.append(nil)
            index = groups.count - 1
        }
        if groups.count > Limits.patternGroups { throw PatternError("too many capture groups", at: start) }
        let node = try alternation()
        guard isAt(")") else {
            throw PatternError("missing closing ): `\(source(0..<text.count))`", at: text.count)
        }
        at += 1
        flags = outer
        return index.map { .capture(node, $0) } ?? node.sealed
    }

    private mutating func namedGroup(_ start: Int) throws(PatternError) -> Int {
        let nameStart = at
        while at < text.count, !isAt(">") { at += 1 }
        let name = source(nameStart..<at)
        let isWord = name.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_"
        }
        guard at < text.count, !name.isEmpty, isWord else {
            throw PatternError("invalid named capture: `\(source(start..<at + 1))`", at: start)
        }
        if groups.contains(name) { throw PatternError("duplicate capture group name: `\(name)`", at: start) }
        at += 1
        groups.append(name)
        return groups.count - 1
    }

    /// `(?flags)` gives true, `(?flags:` false.
    private mutating func flagsEnd(_ start: Int) throws(PatternError) -> Bool {
        var value = true
        var sawFlag = false
        while at < text.count {
            let scalar = text[at]
            at += 1
            switch scalar {
            case 0x69: flags.ignoresCase = value
            case 0x6d: flags.isMultiline = value
            case 0x73: flags.dotMatchesNewline = value
            case 0x55: flags.isUngreedy = value
            case 0x2d where value:
                value = false
                sawFlag = false
                continue
            case 0x3a, 0x29:
                if !value, !sawFlag { throw badPerl(start) }
                return scalar == 0x29
            default: throw badPerl(start)
            }
            sawFlag = true
        }
        throw PatternError("missing argument to group flags: `\(source(start..<at))`", at: start)
    }

    private func badPerl(_ start: Int) -> PatternError {
        PatternError("invalid or unsupported Perl syntax: `\(source(start..<at))`", at: start)
    }
}

extension PatternNode {
    /// A group's content as one atom, so that `(?:ab)*` does not repeat the `b` alone and is not joined to its neighbour.
    internal var sealed: PatternNode {
        if case .literal(let scalars) = self, scalars.count > 1 { return .concat([self]) }
        return self
    }
}

extension PatternParser {
    /// What a backslash begins, outside of a bracket class.
    internal mutating func escape() throws(PatternError) -> PatternNode? {
        let start = at
        guard at + 1 < text.count else { throw PatternError("trailing backslash at end of expression: ``", at: at) }
        switch text[at + 1] {
        case 0x41: return take(.assertion(.textStart))
        case 0x7a: return take(.assertion(.textEnd))
        case 0x62: return take(.assertion(.wordBoundary))
        case 0x42: return take(.assertion(.notWordBoundary))
        case 0x51: return quoted()
        default: break
        }
        if let set = try classEscape() { return .set(set) }
        let scalar = try scalarEscape(start)
        return literal(scalar)
    }

    private mutating func take(_ node: PatternNode) -> PatternNode {
        at += 2
        return node
    }

    /// `\Q...\E`: each scalar an atom of its own would be; as a run, only the last takes a repetition.
    private mutating func quoted() -> PatternNode? {
        at += 2
        var nodes: [PatternNode] = []
        while at < text.count {
            if isAt("\\"), isAt("E", 1) {
                at += 2
                break
            }
            nodes.append(literal(text[at]))
            at += 1
        }
        return nodes.isEmpty ? nil : nodes.count == 1 ? nodes[0] : .concat(nodes)
    }

    /// `\d \D \s \S \w \W \pL \p{Greek} \P...`, or nil where the escape is one scalar.
    internal mutating func classEscape() throws(PatternError) -> ScalarSet? {
        guard at + 1 < text.count else { return nil }
        let set: ScalarSet
        switch text[at + 1] {
        case 0x64, 0x44: set = .digits
        case 0x73, 0x53: set = .spaces
        case 0x77, 0x57: set = .words
        case 0x70, 0x50: return try unicodeClass()
        default: return nil
        }
        let isNegated = text[at + 1] < 0x60
        at += 2
        return isNegated ? set.inverted : set
    }

    private mutating func unicodeClass() throws(PatternError) -> ScalarSet {
        let start = at
        var isNegated = text[at + 1] == 0x50
        at += 2
        var name = ""
        if isAt("{") {
            at += 1
            if isAt("^") {
                isNegated.toggle()
                at += 1
            }
            let nameStart = at
            while at < text.count, !isAt("}") { at += 1 }
            name = source(nameStart..<at)
            guard at < text.count else {
                throw PatternError("invalid character class range: `\(source(start..<at))`", at: start)
            }
            at += 1
        } else if at < text.count {
            name = source(at..<at + 1)
            at += 1
        }
        guard var set = ScalarSet.unicode(name) else {
            throw PatternError("invalid character class range: `\(source(start..<at))`", at: start)
        }
        if flags.ignoresCase { set = set.folded }
        return isNegated ? set.inverted : set
    }

    /// An escape that stands for one scalar.
    internal mutating func scalarEscape(_ start: Int) throws(PatternError) -> UInt32 {
        guard at + 1 < text.count else { throw PatternError("trailing backslash at end of expression: ``", at: at) }
        let scalar = text[at + 1]
        at += 2
        switch scalar {
        case 0x61: return 7
        case 0x66: return 0x0c
        case 0x6e: return 0x0a
        case 0x72: return 0x0d
        case 0x74: return 0x09
        case 0x76: return 0x0b
        case 0x78: return try hexEscape(start)
        case 0x31...0x37:
            guard at < text.count, (0x30...0x37).contains(text[at]) else { break }
            return octal(scalar - 0x30)
        case 0x30: return octal(0)
        case 0..<0x80 where !ScalarSet.words.ranges.contains { $0.contains(scalar) } || scalar == 0x5f: return scalar
        default: break
        }
        throw PatternError("invalid escape sequence: `\(source(start..<at))`", at: start)
    }

    private mutating func octal(_ first: UInt32) -> UInt32 {
        var value = first
        var digits = 0
        while digits < 2, at < text.count, (0x30...0x37).contains(text[at]) {
            value = value * 8 + text[at] - 0x30
            at += 1
            digits += 1
        }
        return value
    }

    private mutating func hexEscape(_ start: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        var digits = 0
        let isBraced = isAt("{")
        if isBraced { at += 1 }
        while at < text.count, isBraced || digits < 2, text[at] < 0x80, let digit = Hex.value(UInt8(text[at])) {
            value = min(value << 4 | UInt32(digit), 0x7ff_ffff)
            at += 1
            digits += 1
        }
        let isClosed = !isBraced || isAt("}")
        if isBraced, isClosed { at += 1 }
        guard isClosed, isBraced ? digits > 0 : digits == 2, value <= ScalarSet.last else {
            throw PatternError("invalid escape sequence: `\(source(start..<at))`", at: start)
        }
        return value
    }

    /// `[...]`
    internal mutating func bracketClass() throws(PatternError) -> ScalarSet {
        let start = at
        at += 1
        let isNegated = isAt("^")
        if isNegated { at += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while at < text.count, isFirst || !isAt("]") {
            isFirst = false
            if isAt("["), isAt(":", 1), let set = try posixClass() {
                ranges.append(contentsOf: set.ranges)
                continue
            }
            if isAt("\\"), let set = try classEscape() {
                ranges.append(contentsOf: set.ranges)
                continue
            }
            let rangeStart = at
            let low = try classScalar(start)
            var high = low
            if isAt("-"), at + 1 < text.count, !isAt("]", 1) {
                at += 1
                high = try classScalar(start)
            }
            if high < low {
                throw PatternError("invalid character class range: `\(source(rangeStart..<at))`", at: rangeStart)
            }
            ranges.append(low...high)
        }
        guard isAt("]") else { throw PatternError("missing closing ]: `\(source(start..<text.count))`", at: start) }
        at += 1
        var set = ScalarSet(ranges)
        if flags.ignoresCase { set = set.folded }
        return isNegated ? set.inverted : set
    }

    private mutating func classScalar(_ start: Int) throws(PatternError) -> UInt32 {
        guard at < text.count else {
            throw PatternError("missing closing ]: `\(source(start..<text.count))`", at: start)
        }
        if isAt("\\") { return try scalarEscape(at) }
        at += 1
        return text[at - 1]
    }

    private mutating func posixClass() throws(PatternError) -> ScalarSet? {
        var end = at + 2
        while end + 1 < text.count, !(text[end] == 0x3a && text[end + 1] == 0x5d) { end += 1 }
        guard end + 1 < text.count else { return nil }
        var name = source(at + 2..<end)
        let isNegated = name.first == "^"
        if isNegated { name.removeFirst() }
        guard let set = ScalarSet.posix(name) else {
            throw PatternError("invalid character class range: `\(source(at..<end + 2))`", at: at)
        }
        at = end + 2
        return isNegated ? set.inverted : set
    }
}

import TeleModel

/// Walks JSON text (RFC 8259) byte by byte without building anything. Nothing recurses here.
struct JSONReader: ~Escapable, ~Copyable {
    let bytes: RawSpan
    private(set) var at = 0

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { self.bytes = bytes }

    /// A string's bytes between its quotes.
    struct Text {
        var range: Range<Int>
        var hasEscapes: Bool
    }

    @inline(__always)
    func byte(_ index: Int) -> UInt8 { bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) }

    /// The next byte that is no white space, which is not taken; 0 at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        while at < bytes.byteCount {
            let next = byte(at)
            if next > 0x20 { return next }
            guard next == 0x20 || next == 0x0a || next == 0x0d || next == 0x09 else { return next }
            at &+= 1
        }
        return 0
    }

    /// Takes the next byte if it is this one.
    @inline(__always)
    mutating func take(_ wanted: UInt8) -> Bool {
        guard peek() == wanted, at < bytes.byteCount else { return false }
        at &+= 1
        return true
    }

    @inline(__always)
    mutating func expect(_ wanted: UInt8, _ message: StaticString) throws(WireError) {
        guard take(wanted) else { throw .malformed(message, at: at) }
    }

    mutating func end() throws(WireError) {
        _ = peek()
        guard at == bytes.byteCount else { throw .malformed("something stands behind the JSON value", at: at) }
    }

    mutating func string() throws(WireError) -> Text {
        try expect(0x22, "a string is expected")
        let start = at
        var hasEscapes = false
        while at < bytes.byteCount {
            let next = byte(at)
            if next == 0x22 {
                at &+= 1
                return Text(range: start..<at &- 1, hasEscapes: hasEscapes)
            }
            guard next >= 0x20 else { throw .malformed("a control character stands in a string", at: at) }
            if next == 0x5c {
                hasEscapes = true
                at &+= 1
                guard at < bytes.byteCount else { break }
            }
            at &+= 1
        }
        throw .malformed("a string has no end", at: start)
    }

    /// The text of a number.
    mutating func number() throws(WireError) -> Range<Int> {
        _ = peek()
        let start = at
        _ = at < bytes.byteCount && byte(at) == 0x2d ? advance() : ()
        let isZero = at < bytes.byteCount && byte(at) == 0x30
        guard digits() > 0, !isZero || at == start + 1 || (byte(start) == 0x2d && at == start + 2) else {
            throw .malformed("a number is expected", at: start)
        }
        if at < bytes.byteCount, byte(at) == 0x2e {
            at &+= 1
            guard digits() > 0 else { throw .malformed("a number has no digit behind its point", at: start) }
        }
        if at < bytes.byteCount, byte(at) | 0x20 == 0x65 {
            at &+= 1
            if at < bytes.byteCount, byte(at) == 0x2b || byte(at) == 0x2d { at &+= 1 }
            guard digits() > 0 else { throw .malformed("a number has no digit in its exponent", at: start) }
        }
        return start..<at
    }

    private mutating func advance() { at &+= 1 }

    private mutating func digits() -> Int {
        let start = at
        while at < bytes.byteCount, (0x30...0x39).contains(byte(at)) { at &+= 1 }
        return at - start
    }

    mutating func literal(_ text: StaticString) throws(WireError) {
        _ = peek()
        let count = text.utf8CodeUnitCount
        let isThere = text.withUTF8Buffer { wanted in
            guard bytes.byteCount - at >= count else { return false }
            for i in 0..<count where byte(at + i) != wanted[i] { return false }
            return true
        }
        guard isThere else { throw .malformed("a JSON value is expected", at: at) }
        at += count
    }

    /// Skips any value, however it nests up to ``Limits/jsonDepth``.
    mutating func skip() throws(WireError) {
        // The brackets that are open; true for an object.
        var open: [Bool] = []
        repeat {
            switch peek() {
            case 0x7b, 0x5b:
                let isObject = byte(at) == 0x7b
                at &+= 1
                guard open.count < Limits.jsonDepth else {
                    throw .malformed("JSON nests deeper than allowed (Limits.jsonDepth)", at: at)
                }
                if take(isObject ? 0x7d : 0x5d) { break }
                open.append(isObject)
                if isObject { try key() }
                continue
            case 0x22: _ = try string()
            case 0x74: try literal("true")
            case 0x66: try literal("false")
            case 0x6e: try literal("null")
            default: _ = try number()
            }
            while let isObject = open.last {
                if take(0x2c) {
                    if isObject { try key() }
                    break
                }
                try expect(isObject ? 0x7d : 0x5d, "a comma or a closing bracket is expected")
                open.removeLast()
            }
        } while !open.isEmpty
    }

    private mutating func key() throws(WireError) {
        _ = try string()
        try expect(0x3a, "a colon is expected")
    }

    /// Appends a string's text. Escapes that stand for half a surrogate pair come out as the three bytes that UTF-8
    /// forbids, so that whoever checks the text refuses the record that holds it, not the request.
    func append(_ text: Text, to out: inout [UInt8]) throws(WireError) {
        guard text.hasEscapes else {
            bytes.extracting(text.range).withUnsafeBytes { out.append(contentsOf: $0) }
            return
        }
        var at = text.range.lowerBound
        while at < text.range.upperBound {
            let next = byte(at)
            at += 1
            guard next == 0x5c else {
                out.append(next)
                continue
            }
            let escape = at < text.range.upperBound ? byte(at) : 0
            at += 1
            switch escape {
            case 0x22, 0x5c, 0x2f: out.append(escape)
            case 0x62: out.append(0x08)
            case 0x66: out.append(0x0c)
            case 0x6e: out.append(0x0a)
            case 0x72: out.append(0x0d)
            case 0x74: out.append(0x09)
            case 0x75:
                var scalar = try hexDigits(at, end: text.range.upperBound)
                at += 4
                if (0xd800..<0xdc00).contains(scalar), at + 6 <= text.range.upperBound, byte(at) == 0x5c,
                    byte(at + 1) == 0x75
                {
                    let low = try hexDigits(at + 2, end: text.range.upperBound)
                    if (0xdc00..<0xe000).contains(low) {
                        scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
                        at += 6
                    }
                }
                JSONReader.append(scalar: scalar, to: &out)
            default: throw .malformed("a string has an unknown escape", at: at - 2)
            }
        }
    }

    private func hexDigits(_ start: Int, end: Int) throws(WireError) -> UInt32 {
        guard start + 4 <= end else { throw .malformed("an escape has too few digits", at: start) }
        var value: UInt32 = 0
        for i in 0..<4 {
            guard let digit = Hex.value(byte(start + i)) else {
                throw .malformed("an escape has a digit that is none", at: start + i)
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private static func append(scalar: UInt32, to out: inout [UInt8]) {
        func trail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: scalar >> shift & 0x3f) | 0x80 }
        switch scalar {
        case ..<0x80: out.append(UInt8(truncatingIfNeeded: scalar))
        case ..<0x800: out += [UInt8(truncatingIfNeeded: scalar >> 6) | 0xc0, trail(0)]
        case ..<0x10000: out += [UInt8(truncatingIfNeeded: scalar >> 12) | 0xe0, trail(6), trail(0)]
        default: out += [UInt8(truncatingIfNeeded: scalar >> 18) | 0xf0, trail(12), trail(6), trail(0)]
        }
    }
}

/// Cuts the bytes of a query into tokens. Identifiers take colons except within brackets, where a colon separates
/// range and step.
internal struct PromLexer {
    private let text: [UInt8]
    private var at = 0
    private var isInBrackets = false
    private var tokens: [PromToken] = []

    internal static func tokens(_ text: [UInt8]) throws(PromError) -> [PromToken] {
        var lexer = PromLexer(text: text)
        try lexer.run()
        return lexer.tokens
    }

    private init(text: [UInt8]) { self.text = text }

    private func peek(_ offset: Int = 0) -> UInt8 { at + offset < text.count ? text[at + offset] : 0 }

    private mutating func run() throws(PromError) {
        while at < text.count {
            let byte = text[at]
            switch byte {
            case 0x20, 0x09, 0x0a, 0x0d: at += 1
            case 0x23: while at < text.count, text[at] != 0x0a { at += 1 }
            case 0x22, 0x27, 0x60: try string(byte)
            case 0x30...0x39: try number()
            case 0x2e:
                guard PromLexer.isDigit(peek(1)) else { throw PromError("unexpected character: '.'", at: at) }
                try number()
            case 0x41...0x5a, 0x5f, 0x61...0x7a: identifier()
            case 0x3a where !isInBrackets: identifier()
            default: try symbol(byte)
            }
        }
        tokens.append(PromToken(kind: .end, start: text.count, end: text.count))
    }

    private mutating func add(_ kind: PromToken.Kind, _ length: Int) {
        tokens.append(PromToken(kind: kind, start: at, end: at + length))
        at += length
    }

    internal static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    internal static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
        default: false
        }
    }

    private mutating func identifier() {
        var length = 1
        while PromLexer.isWord(peek(length)) || (peek(length) == 0x3a && !isInBrackets) { length += 1 }
        add(.identifier, length)
    }

    private mutating func string(_ quote: UInt8) throws(PromError) {
        var length = 1
        while at + length < text.count, text[at + length] != quote {
            let byte = text[at + length]
            if byte == 0x0a, quote != 0x60 { throw PromError("unterminated quoted string", at: at) }
            if byte == 0x5c, quote != 0x60 { length += 1 }
            length += 1
        }
        guard at + length < text.count else {
            throw PromError(quote == 0x60 ? "unterminated raw string" : "unterminated quoted string", at: at)
        }
        add(.string, length + 1)
    }

    /// A number (decimal, hexadecimal, with exponent, digits parted by `_`) or a duration such as `1h30m`.
    private mutating func number() throws(PromError) {
        var length = 0
        if peek() == 0x30, peek(1) | 0x20 == 0x78 {
            length = 2
            while peek(length) < 0x80, isHex(peek(length)) || peek(length) == 0x5f { length += 1 }
        } else {
            while PromLexer.isDigit(peek(length)) || peek(length) == 0x5f { length += 1 }
            let isWhole = length > 0
            if isWhole, let duration = durationLength() {
                return add(.duration, duration)
            }
            if peek(length) == 0x2e {
                length += 1
                while PromLexer.isDigit(peek(length)) || peek(length) == 0x5f { length += 1 }
            }
            if peek(length) | 0x20 == 0x65 {
                let sign = peek(length + 1) == 0x2b || peek(length + 1) == 0x2d ? 1 : 0
                if PromLexer.isDigit(peek(length + 1 + sign)) {
                    length += 2 + sign
                    while PromLexer.isDigit(peek(length)) { length += 1 }
                }
            }
        }
        if PromLexer.isWord(peek(length)) || peek(length) == 0x2e {
            while PromLexer.isWord(peek(length)) { length += 1 }
            let bad = String(decoding: text[at..<min(at + max(length, 1), text.count)], as: UTF8.self)
            throw PromError("bad number or duration syntax: \"\(bad)\"", at: at)
        }
        add(.number, length)
    }

    private func isHex(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    private func durationLength() -> Int? {
        var length = 0
        while PromLexer.isDigit(peek(length)) {
            var end = length
            while PromLexer.isDigit(peek(end)) { end += 1 }
            if peek(end) == 0x6d, peek(end + 1) == 0x73 {
                end += 2
            } else if "smhdwy".utf8.contains(peek(end)) {
                end += 1
            } else {
                return nil
            }
            length = end
        }
        return length > 0 && !PromLexer.isWord(peek(length)) ? length : nil
    }

    private mutating func symbol(_ byte: UInt8) throws(PromError) {
        let next = peek(1)
        switch (byte, next) {
        case (0x28, _): add(.leftParen, 1)
        case (0x29, _): add(.rightParen, 1)
        case (0x7b, _): add(.leftBrace, 1)
        case (0x7d, _): add(.rightBrace, 1)
        case (0x5b, _):
            isInBrackets = true
            add(.leftBracket, 1)
        case (0x5d, _):
            isInBrackets = false
            add(.rightBracket, 1)
        case (0x2c, _): add(.comma, 1)
        case (0x3a, _): add(.colon, 1)
        case (0x40, _): add(.at, 1)
        case (0x3d, 0x3d): add(.equal, 2)
        case (0x3d, 0x7e): add(.matches, 2)
        case (0x3d, _): add(.assign, 1)
        case (0x21, 0x3d): add(.notEqual, 2)
        case (0x21, 0x7e): add(.matchesNot, 2)
        case (0x3c, 0x3d): add(.lessOrEqual, 2)
        case (0x3c, 0x2f): add(.trimUpper, 2)
        case (0x3c, _): add(.less, 1)
        case (0x3e, 0x3d): add(.greaterOrEqual, 2)
        case (0x3e, 0x2f): add(.trimLower, 2)
        case (0x3e, _): add(.greater, 1)
        case (0x2b, _): add(.plus, 1)
        case (0x2d, _): add(.minus, 1)
        case (0x2a, _): add(.times, 1)
        case (0x2f, _): add(.divide, 1)
        case (0x25, _): add(.modulo, 1)
        case (0x5e, _): add(.power, 1)
        default:
            let scalar = String(decoding: text[at...].prefix(4), as: UTF8.self).unicodeScalars.first ?? "?"
            throw PromError("unexpected character: '\(scalar)'", at: at)
        }
    }
}

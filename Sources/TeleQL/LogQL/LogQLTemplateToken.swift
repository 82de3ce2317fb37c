/// A word within `{{ }}`.
struct LogQLTemplateToken {
    enum Kind: Equatable {
        case word(String)
        case dot
        /// `.name`.
        case field(String)
        /// `$name`; "" for `$`.
        case variable(String)
        case string(String)
        case int(Int64)
        case double(Double)
        /// `:=`
        case declare
        /// `=`
        case assign
        case symbol(UInt8)
    }

    var kind: Kind
    /// No blank before it.
    var isAdjacent: Bool

    var shown: String {
        switch kind {
        case .word(let text): "<\(text)>"
        case .dot: "<.>"
        case .field(let name): "<.\(name)>"
        case .variable(let name): "<$\(name)>"
        case .string(let text): "\"\(text)\""
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .declare: ":="
        case .assign: "="
        case .symbol(let byte): "\"\(Character(Unicode.Scalar(byte)))\""
        }
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        LogQLLexer.isLetter(byte) || LogQLLexer.isDigit(byte) || byte >= 0x80
    }

    /// The next token of an action; nil at its closing braces, which are not taken (the trim marker before them neither).
    static func read(_ bytes: [UInt8], _ at: inout Int) throws(LogQLError) -> LogQLTemplateToken? {
        let start = at
        while at < bytes.count, isBlank(bytes[at]) { at += 1 }
        guard at < bytes.count else { throw LogQLError("template: unclosed action") }
        let isAdjacent = at == start
        if isClosing(bytes, at) { return nil }
        if !isAdjacent, bytes[at] == 0x2d, isClosing(bytes, at + 1) { return nil }
        return LogQLTemplateToken(kind: try kind(bytes, &at), isAdjacent: isAdjacent)
    }

    private static func isClosing(_ bytes: [UInt8], _ at: Int) -> Bool {
        at + 1 < bytes.count && bytes[at] == 0x7d && bytes[at + 1] == 0x7d
    }

    private static func word(_ bytes: [UInt8], _ at: inout Int) -> String {
        let start = at
        while at < bytes.count, isWordByte(bytes[at]) { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private static func kind(_ bytes: [UInt8], _ at: inout Int) throws(LogQLError) -> Kind {
        let byte = bytes[at]
        let following = at + 1 < bytes.count ? bytes[at + 1] : 0
        switch byte {
        case 0x22, 0x60:
            guard let (text, end) = QuotedText.read(bytes, at: at) else {
                throw LogQLError("template: unterminated quoted string")
            }
            at = end
            return .string(text)
        case 0x27:
            let scalars = String(decoding: bytes[at...].prefix(6), as: UTF8.self).unicodeScalars
            guard scalars.count >= 3, scalars[scalars.index(scalars.startIndex, offsetBy: 2)] == "'" else {
                throw LogQLError("template: malformed character constant")
            }
            let scalar = scalars[scalars.index(after: scalars.startIndex)]
            at += 2 + String(Character(scalar)).utf8.count
            return .int(Int64(scalar.value))
        case 0x24:
            at += 1
            return .variable(word(bytes, &at))
        case 0x2e where !LogQLLexer.isDigit(following):
            at += 1
            return isWordByte(following) ? .field(word(bytes, &at)) : .dot
        case 0x3a where following == 0x3d:
            at += 2
            return .declare
        case 0x3d:
            at += 1
            return .assign
        case 0x28, 0x29, 0x7c, 0x2c:
            at += 1
            return .symbol(byte)
        case _ where LogQLLexer.isDigit(byte) || byte == 0x2e || byte == 0x2d || byte == 0x2b:
            return try number(bytes, &at)
        case _ where isWordByte(byte): return .word(word(bytes, &at))
        default: throw LogQLError("template: unexpected \"\(Character(Unicode.Scalar(byte)))\" in command")
        }
    }

    private static func number(_ bytes: [UInt8], _ at: inout Int) throws(LogQLError) -> Kind {
        let start = at
        at += 1
        while at < bytes.count {
            let isSign = bytes[at] == 0x2b || bytes[at] == 0x2d
            guard isWordByte(bytes[at]) || bytes[at] == 0x2e || (isSign && bytes[at - 1] | 0x20 == 0x65) else { break }
            at += 1
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if let value = Int64(text) { return .int(value) }
        if let value = NumberText.number(text) {
            return text.lowercased().contains("x")
                ? Int64(exactly: value).map { .int($0) } ?? .double(value) : .double(value)
        }
        throw LogQLError("template: bad number syntax: \"\(text)\"")
    }
}

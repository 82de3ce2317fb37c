import TeleModel

/// Text to tokens, over UTF-8 bytes. Comments run from `#` to the end of the line.
struct LogQLLexer {
    let bytes: [UInt8]
    private var at = 0

    init(_ query: String) throws(LogQLError) {
        bytes = Array(query.utf8)
        guard bytes.count <= Limits.queryBytes else {
            throw LogQLError("input size too long (\(bytes.count) > \(Limits.queryBytes))")
        }
    }

    static func tokens(of query: String) throws(LogQLError) -> [LogQLToken] {
        var lexer = try LogQLLexer(query)
        var out: [LogQLToken] = []
        while true {
            let token = try lexer.next()
            out.append(token)
            if token.kind == .end { return out }
        }
    }

    /// 1-based line and column (in bytes) of an offset.
    static func position(_ offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            column += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            }
        }
        return (line, column)
    }

    func error(_ message: String, at offset: Int) -> LogQLError {
        let place = LogQLLexer.position(offset, in: bytes)
        return LogQLError(message, line: place.line, column: place.column)
    }

    private func peek(_ ahead: Int = 0) -> UInt8 { at + ahead < bytes.count ? bytes[at + ahead] : 0 }

    private mutating func skipBlanks() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0a, 0x0d: at += 1
            case UInt8(ascii: "#"):
                while at < bytes.count, bytes[at] != 0x0a { at += 1 }
            default: return
            }
        }
    }

    private mutating func next() throws(LogQLError) -> LogQLToken {
        skipBlanks()
        let start = at
        guard at < bytes.count else { return LogQLToken(kind: .end, range: at..<at) }
        let byte = bytes[at]
        let kind: LogQLToken.Kind
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "`"): kind = .string(try string())
        case UInt8(ascii: "["): kind = try range()
        case _ where LogQLLexer.isLetter(byte): kind = .identifier(word())
        case _ where LogQLLexer.isDigit(byte): kind = try number()
        case UInt8(ascii: ".") where LogQLLexer.isDigit(peek(1)): kind = try number()
        default: kind = .symbol(try symbol())
        }
        return LogQLToken(kind: kind, range: start..<at)
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
    }
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private mutating func word() -> String {
        let start = at
        while at < bytes.count, LogQLLexer.isLetter(bytes[at]) || LogQLLexer.isDigit(bytes[at]) { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private static let symbols: [(bytes: [UInt8], text: String)] = [
        "|=", "!=", "|~", "!~", "|>", "!>", "=~", "==", ">=", "<=", "{", "}", "(", ")", "]", ",", "|", "=", ">", "<",
        "+", "-", "*", "/", "%", "^", ".", ":", "@",
    ].map { (Array($0.utf8), $0) }

    private mutating func symbol() throws(LogQLError) -> String {
        for (bytes, text) in LogQLLexer.symbols where bytes[0] == peek(0) && (bytes.count == 1 || bytes[1] == peek(1)) {
            at += bytes.count
            return text
        }
        throw error("syntax error: unexpected character", at: at)
    }

    private mutating func string() throws(LogQLError) -> String {
        let start = at
        guard let (text, end) = QuotedText.read(bytes, at: at) else {
            throw error("literal not terminated or with an invalid escape", at: start)
        }
        at = end
        return text
    }

    /// A number, a duration (`1h30m`) or a size (`5MiB`).
    private mutating func number() throws(LogQLError) -> LogQLToken.Kind {
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            let afterExponent = isSign && at > start && (bytes[at - 1] | 0x20) == UInt8(ascii: "e")
            let isMicro = byte == 0xc2 || byte == 0xb5 || byte == 0xce || byte == 0xbc
            guard LogQLLexer.isLetter(byte) || LogQLLexer.isDigit(byte) || byte == 0x2e || afterExponent || isMicro
            else { break }
            at += 1
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        // Hexadecimal numbers are read as tokens, and refused as values.
        if let value = NumberText.number(text), bytes[start..<at].allSatisfy({ $0 | 0x20 != 0x78 }) {
            return .number(value)
        }
        if let value = NumberText.duration(text) { return .duration(value) }
        if let value = NumberText.size(text) { return .size(value) }
        throw error("syntax error: malformed number, duration or size \"\(text)\"", at: start)
    }

    private mutating func range() throws(LogQLError) -> LogQLToken.Kind {
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "]") { at += 1 }
        guard at < bytes.count else { throw error("missing closing ']' in duration", at: start) }
        let inside = bytes[start + 1..<at].filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0a }
        let text = String(decoding: inside, as: UTF8.self)
        at += 1
        guard let value = NumberText.duration(text), value > 0 else {
            return .badRange("not a valid duration \"\(text)\"")
        }
        return .range(value)
    }
}

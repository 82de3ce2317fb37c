import TeleModel

/// Text to tokens, over UTF-8 bytes.
struct TraceQLLexer {
    let bytes: [UInt8]
    private var at = 0

    private init(_ query: String) throws(TraceQLError) {
        bytes = Array(query.utf8)
        guard bytes.count <= Limits.queryBytes else {
            throw TraceQLError("the query is longer than \(Limits.queryBytes) bytes")
        }
    }

    static func tokens(of query: String) throws(TraceQLError) -> [TraceQLToken] {
        var lexer = try TraceQLLexer(query)
        var out: [TraceQLToken] = []
        while true {
            let token = try lexer.next()
            out.append(token)
            if token.kind == .end { return out }
        }
    }

    static func error(_ message: String, at offset: Int, in bytes: [UInt8]) -> TraceQLError {
        let place = LogQLLexer.position(offset, in: bytes)
        return TraceQLError(message, line: place.line, column: place.column)
    }

    private func error(_ message: String, at offset: Int) -> TraceQLError {
        TraceQLLexer.error(message, at: offset, in: bytes)
    }

    private static let symbols: [(bytes: [UInt8], text: String)] = [
        "!>>", "!<<", "&>>", "&<<", "&&", "||", "!=", "!~", "=~", ">=", "<=", ">>", "<<", "!>", "!<", "&>", "&<", "&~",
        "{", "}", "(", ")", ",", "|", "=", ">", "<", "+", "-", "*", "/", "%", "^", "!", "~",
    ].map { (Array($0.utf8), $0) }

    private mutating func next() throws(TraceQLError) -> TraceQLToken {
        while at < bytes.count, bytes[at] == 0x20 || (0x09...0x0d).contains(bytes[at]) { at += 1 }
        let start = at
        guard at < bytes.count else { return TraceQLToken(kind: .end, start: start) }
        let byte = bytes[at]
        let isDottedNumber = byte == 0x2e && at + 1 < bytes.count && LogQLLexer.isDigit(bytes[at + 1])
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") {
            guard let (text, end) = QuotedText.read(bytes, at: at) else {
                throw error("syntax error: a string that does not end or has an unknown escape", at: start)
            }
            at = end
            return TraceQLToken(kind: .string(text), start: start)
        }
        if LogQLLexer.isDigit(byte) || isDottedNumber { return TraceQLToken(kind: try number(), start: start) }
        if byte == 0x2e {
            at += 1
            return TraceQLToken(kind: .attribute(.any, try attributeName()), start: start)
        }
        if LogQLLexer.isLetter(byte) { return TraceQLToken(kind: try word(), start: start) }
        for (symbol, text) in TraceQLLexer.symbols where symbol[0] == byte && bytes[at...].starts(with: symbol) {
            at += symbol.count
            return TraceQLToken(kind: .symbol(text), start: start)
        }
        throw error("syntax error: unexpected character", at: start)
    }

    private mutating func number() throws(TraceQLError) -> TraceQLToken.Kind {
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            let isMicro = byte == 0xc2 || byte == 0xb5 || byte == 0xce || byte == 0xbc
            let isSign = byte == 0x2b || byte == 0x2d
            let isExponent = isSign && at > start && bytes[at - 1] | 0x20 == 0x65
            guard LogQLLexer.isDigit(byte) || LogQLLexer.isLetter(byte) || byte == 0x2e || isMicro || isExponent else {
                break
            }
            at += 1
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if let value = Int64(text) { return .int(value) }
        if let value = NumberText.number(text) { return .double(value) }
        if let value = NumberText.duration(text) { return .duration(value) }
        throw error("syntax error: malformed number or duration \"\(text)\"", at: start)
    }

    /// Names of attributes run up to a blank or an operator; parts in quotes may hold anything.
    private mutating func attributeName() throws(TraceQLError) -> String {
        var out: [UInt8] = []
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                guard let (text, end) = QuotedText.read(bytes, at: at) else {
                    throw error("syntax error: an attribute name that does not end", at: start)
                }
                out += Array(text.utf8)
                at = end
                continue
            }
            if byte <= 0x20 || "{}()=~!<>&|^,`".utf8.contains(byte) { break }
            out.append(byte)
            at += 1
        }
        guard !out.isEmpty else { throw error("syntax error: an attribute without a name", at: start) }
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func word() throws(TraceQLError) -> TraceQLToken.Kind {
        let start = at
        while at < bytes.count, LogQLLexer.isLetter(bytes[at]) || LogQLLexer.isDigit(bytes[at]) { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard at < bytes.count else { return plain(text) }
        if bytes[at] == 0x2e, let scope = TraceQLScope(rawValue: text), scope != .any {
            at += 1
            return .attribute(scope, try attributeName())
        }
        if bytes[at] == UInt8(ascii: ":") {
            at += 1
            let from = at
            while at < bytes.count, LogQLLexer.isLetter(bytes[at]) { at += 1 }
            let scoped = text + ":" + String(decoding: bytes[from..<at], as: UTF8.self)
            guard let intrinsic = TraceQLIntrinsic(rawValue: scoped) else {
                throw error("syntax error: unknown or unsupported intrinsic \(scoped)", at: start)
            }
            return .intrinsic(intrinsic)
        }
        return plain(text)
    }

    private func plain(_ text: String) -> TraceQLToken.Kind {
        TraceQLIntrinsic.aliases[text].map { .intrinsic($0) } ?? .word(text)
    }
}

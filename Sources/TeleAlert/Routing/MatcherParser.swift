internal import TeleModel

/// Alertmanager's newer matcher syntax: names and values are quoted, or free of reserved characters, in any script.
struct MatcherParser {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func parse() throws(MatcherProblem) -> [Matcher] {
        var out: [Matcher] = []
        let isBraced = take(0x7b)
        while true {
            skip()
            if at == bytes.count || bytes[at] == 0x7d { break }
            out.append(try matcher())
            if !take(0x2c) { break }
        }
        if isBraced, !take(0x7d) { throw problem("a closing brace is missing") }
        skip()
        guard at == bytes.count else { throw problem("something stands behind the matchers") }
        guard !out.isEmpty else { throw problem("no matcher") }
        return out
    }

    private mutating func matcher() throws(MatcherProblem) -> Matcher {
        let name = try word()
        skip()
        var operation: Matcher.Operation?
        for symbol in ["=~", "!~", "!=", "="] where bytes[at...].starts(with: symbol.utf8) {
            operation = MatcherText.operation(symbol)
            at += symbol.utf8.count
            break
        }
        guard let operation else { throw problem("one of =, !=, =~, !~ is expected") }
        return try MatcherText.make(name, operation, try word())
    }

    private mutating func word() throws(MatcherProblem) -> String {
        skip()
        guard at < bytes.count else { throw problem("the text ends too early") }
        if bytes[at] == 0x22 { return try quoted() }
        let start = at
        while at < bytes.count, !MatcherText.isReserved(bytes[at]) { at += 1 }
        guard at > start else { throw problem("a name or value is expected") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func quoted() throws(MatcherProblem) -> String {
        at += 1
        var out: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == 0x22 {
                guard let text = String(validating: out, as: UTF8.self) else { throw problem("no UTF-8") }
                return text
            }
            guard byte == 0x5c, at < bytes.count else {
                out.append(byte)
                continue
            }
            let escape = bytes[at]
            at += 1
            switch escape {
            case 0x22, 0x5c, 0x27: out.append(escape)
            case 0x6e: out.append(0x0a)
            case 0x74: out.append(0x09)
            case 0x72: out.append(0x0d)
            case 0x78: out.append(UInt8(truncatingIfNeeded: try hexadecimal(2)))
            case 0x75: try append(hexadecimal(4), to: &out)
            case 0x55: try append(hexadecimal(8), to: &out)
            default: throw problem("an unknown escape")
            }
        }
        throw problem("a closing quote is missing")
    }

    private mutating func hexadecimal(_ digits: Int) throws(MatcherProblem) -> UInt32 {
        guard at + digits <= bytes.count,
            let value = UInt32(String(decoding: bytes[at..<at + digits], as: UTF8.self), radix: 16)
        else { throw problem("an escape lacks digits") }
        at += digits
        return value
    }

    private func append(_ scalar: UInt32, to out: inout [UInt8]) throws(MatcherProblem) {
        guard let scalar = Unicode.Scalar(scalar) else { throw problem("an escape is no character") }
        out.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skip()
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skip() {
        while at < bytes.count, bytes[at] == 0x20 || (0x09...0x0d).contains(bytes[at]) { at += 1 }
    }

    private func problem(_ message: String) -> MatcherProblem { MatcherProblem("byte \(at): \(message)") }
}

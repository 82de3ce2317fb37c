/// Quoted texts as Go writes them, which LogQL and TraceQL share: `"..."` with escapes, `` `...` `` as it is.
package enum QuotedText {
    /// The text that begins with a quote at `start`, and the offset after it; nil where it does not end or has an
    /// escape that Go does not know.
    package static func read(_ bytes: [UInt8], at start: Int) -> (text: String, end: Int)? {
        guard start < bytes.count else { return nil }
        let quote = bytes[start]
        var at = start + 1
        var out: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == quote { return (String(decoding: out, as: UTF8.self), at) }
            if byte != UInt8(ascii: "\\") || quote == UInt8(ascii: "`") {
                if byte == 0x0a, quote != UInt8(ascii: "`") { return nil }
                out.append(byte)
                continue
            }
            guard escape(bytes, &at, &out) else { return nil }
        }
        return nil
    }

    private static func escape(_ bytes: [UInt8], _ at: inout Int, _ out: inout [UInt8]) -> Bool {
        guard at < bytes.count else { return false }
        let kind = bytes[at]
        at += 1
        switch kind {
        case UInt8(ascii: "n"): out.append(0x0a)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "r"): out.append(0x0d)
        case UInt8(ascii: "a"): out.append(0x07)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0c)
        case UInt8(ascii: "v"): out.append(0x0b)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): out.append(kind)
        case UInt8(ascii: "x"): return digits(2, 16, bytes, &at) { out.append(UInt8(truncatingIfNeeded: $0)) }
        case UInt8(ascii: "u"): return digits(4, 16, bytes, &at) { scalar($0, &out) }
        case UInt8(ascii: "U"): return digits(8, 16, bytes, &at) { scalar($0, &out) }
        case 0x30...0x37:
            at -= 1
            return digits(3, 8, bytes, &at) { out.append(UInt8(truncatingIfNeeded: $0)) }
        default: return false
        }
        return true
    }

    private static func scalar(_ value: UInt32, _ out: inout [UInt8]) {
        let scalar = Unicode.Scalar(value) ?? "\u{fffd}"
        out.append(contentsOf: Array(String(Character(scalar)).utf8))
    }

    private static func digits(
        _ count: Int, _ radix: UInt32, _ bytes: [UInt8], _ at: inout Int, _ body: (UInt32) -> Void
    ) -> Bool {
        guard bytes.count - at >= count else { return false }
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = hex(bytes[at]), digit < radix else { return false }
            value = value &* radix &+ digit
            at += 1
        }
        body(value)
        return true
    }

    private static func hex(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte) - 0x30
        case 0x41...0x46: UInt32(byte) - 0x37
        case 0x61...0x66: UInt32(byte) - 0x57
        default: nil
        }
    }

    /// The text in double quotes with what needs an escape escaped.
    package static func quote(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                out += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

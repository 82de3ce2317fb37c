import TeleModel

/// The labels of a pushed stream as text: `{app="api", env="prod"}`, values quoted as Go does.
enum LokiPushLabels {
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5f
    }

    static func parse(_ text: [UInt8], at offset: Int) throws(WireError) -> [(name: String, value: String)] {
        var out: [(name: String, value: String)] = []
        var at = 0
        func skip() { while at < text.count, text[at] == 0x20 || (0x09...0x0d).contains(text[at]) { at += 1 } }
        func take(_ byte: UInt8) -> Bool {
            skip()
            guard at < text.count, text[at] == byte else { return false }
            at += 1
            return true
        }
        guard take(0x7b) else { throw .malformed("labels begin with a brace", at: offset) }
        while !take(0x7d) {
            guard out.count < Limits.labelsPerSeries else {
                throw .tooLarge("more labels than a stream may have (Limits.labelsPerSeries)", at: offset)
            }
            skip()
            let start = at
            while at < text.count, isNameByte(text[at]) { at += 1 }
            let name = String(decoding: text[start..<at], as: UTF8.self)
            guard isName(name) else { throw .malformed("a label name is expected", at: offset + start) }
            guard take(0x3d) else { throw .malformed("= is expected behind a label name", at: offset + at) }
            skip()
            guard let value = quoted(text, &at) else {
                throw .malformed("a quoted label value is expected", at: offset + at)
            }
            out.append((name, value))
            if take(0x2c) { continue }
            guard take(0x7d) else { throw .malformed("a comma or a closing brace is expected", at: offset + at) }
            break
        }
        skip()
        guard at == text.count else { throw .malformed("something stands behind the labels", at: offset + at) }
        return out
    }

    private static func quoted(_ text: [UInt8], _ at: inout Int) -> String? {
        guard at < text.count, text[at] == 0x22 || text[at] == 0x60 else { return nil }
        let quote = text[at]
        at += 1
        var out: [UInt8] = []
        while at < text.count {
            let byte = text[at]
            at += 1
            if byte == quote { return String(decoding: out, as: UTF8.self) }
            if byte != 0x5c || quote == 0x60 {
                out.append(byte)
                continue
            }
            guard at < text.count, escape(text, &at, &out) else { return nil }
        }
        return nil
    }

    private static func escape(_ text: [UInt8], _ at: inout Int, _ out: inout [UInt8]) -> Bool {
        let kind = text[at]
        at += 1
        let plain: [UInt8: UInt8] = [
            0x61: 0x07, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09, 0x76: 0x0b, 0x5c: 0x5c, 0x22: 0x22,
            0x27: 0x27,
        ]
        if let byte = plain[kind] {
            out.append(byte)
            return true
        }
        let (count, radix): (Int, UInt32)
        switch kind {
        case 0x78: (count, radix) = (2, 16)
        case 0x75: (count, radix) = (4, 16)
        case 0x55: (count, radix) = (8, 16)
        case 0x30...0x37:
            (count, radix) = (3, 8)
            at -= 1
        default: return false
        }
        guard text.count - at >= count else { return false }
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = Hex.value(text[at]), UInt32(digit) < radix else { return false }
            value = value &* radix &+ UInt32(digit)
            at += 1
        }
        if kind == 0x75 || kind == 0x55 {
            guard let scalar = Unicode.Scalar(value) else { return false }
            out.append(contentsOf: Array(String(Character(scalar)).utf8))
        } else {
            out.append(UInt8(truncatingIfNeeded: value))
        }
        return true
    }
}

import TeleModel

/// Texts as query strings have them: Go's `url.QueryEscape` and its inverse.
package enum PercentText {
    package static func encoded(_ text: String) -> String {
        var out: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            let isLetter = (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
            if isLetter || "-_.~".utf8.contains(byte) {
                out.append(byte)
            } else if byte == 0x20 {
                out.append(0x2b)
            } else {
                out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// nil where a `%` has no two digits behind it.
    package static func decoded(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == 0x25 {
                guard at + 2 < bytes.count, let high = Hex.value(bytes[at + 1]), let low = Hex.value(bytes[at + 2])
                else {
                    return nil
                }
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at] == 0x2b ? 0x20 : bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// The paths of `| json name="path"`: `a.b[0]["c d"]`.
package enum LogQLPath {
    /// Names and indexes (as text); nil where the text is no path.
    package static func parts(_ text: String) -> [String]? {
        let bytes = Array(text.utf8)
        var out: [String] = []
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case 0x5b:
                at += 1
                guard at < bytes.count else { return nil }
                if bytes[at] == 0x22 {
                    guard let (name, end) = QuotedText.read(bytes, at: at) else { return nil }
                    out.append(name)
                    at = end
                } else {
                    let start = at
                    while at < bytes.count, LogQLLexer.isDigit(bytes[at]) { at += 1 }
                    guard at > start else { return nil }
                    out.append(String(decoding: bytes[start..<at], as: UTF8.self))
                }
                guard at < bytes.count, bytes[at] == 0x5d else { return nil }
                at += 1
            case 0x2e where !out.isEmpty:
                at += 1
                guard at < bytes.count, isNameStart(bytes[at]) else { return nil }
                out.append(name(bytes, &at))
            case let byte where out.isEmpty && isNameStart(byte): out.append(name(bytes, &at))
            default: return nil
            }
        }
        return out.isEmpty ? nil : out
    }

    private static func isNameStart(_ byte: UInt8) -> Bool { LogQLLexer.isLetter(byte) }

    private static func name(_ bytes: [UInt8], _ at: inout Int) -> String {
        let start = at
        while at < bytes.count, LogQLLexer.isLetter(bytes[at]) || LogQLLexer.isDigit(bytes[at]) || bytes[at] == 0x2d {
            at += 1
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }
}

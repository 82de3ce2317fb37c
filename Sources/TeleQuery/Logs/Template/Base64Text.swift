/// Standard base64 (RFC 4648); reading does without padding too.
enum Base64Text {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let rest = min(3, bytes.count - at)
            var word: UInt32 = 0
            for i in 0..<3 { word = word << 8 | (i < rest ? UInt32(bytes[at + i]) : 0) }
            for i in 0..<4 { out.append(i <= rest ? letters[Int(word >> UInt32(18 - 6 * i)) & 63] : 0x3d) }
            at += 3
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Bytes before the first that does not belong there.
    static func soundCount(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        return bytes.firstIndex { !letters.contains($0) && $0 != 0x0a && $0 != 0x0d } ?? bytes.count / 4 * 4
    }

    static func decoded(_ text: String) -> [UInt8]? {
        var bytes = Array(text.utf8.filter { $0 != 0x0a && $0 != 0x0d })
        while bytes.last == 0x3d { bytes.removeLast() }
        guard bytes.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            guard let digit = letters.firstIndex(of: byte) else { return nil }
            word = (word << 6 | UInt32(digit)) & 0xff_ffff
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        return out
    }
}

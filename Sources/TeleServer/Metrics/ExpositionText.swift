/// Parts of Prometheus' text format.
enum ExpositionText {
    /// A label value, or a name that is no plain one: backslash, quote and line feed are escaped, nothing else.
    static func quoted(_ text: String) -> String {
        var out: [UInt8] = [0x22]
        for byte in text.utf8 {
            switch byte {
            case 0x5c, 0x22: out += [0x5c, byte]
            case 0x0a: out += [0x5c, 0x6e]
            default: out.append(byte)
            }
        }
        out.append(0x22)
        return String(decoding: out, as: UTF8.self)
    }
}

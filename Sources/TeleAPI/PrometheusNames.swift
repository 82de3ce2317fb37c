/// Label names within paths: `U__` begins an escaped one, `_1f_` stands for a scalar, `__` for an underscore.
package enum PrometheusNames {
    package static func unescaped(_ name: String) -> String {
        guard name.hasPrefix("U__") else { return name }
        let bytes = Array(name.utf8.dropFirst(3))
        var out = String.UnicodeScalarView()
        var at = 0
        while at < bytes.count {
            guard bytes[at] == 0x5f else {
                out.append(Unicode.Scalar(bytes[at]))
                at += 1
                continue
            }
            if at + 1 < bytes.count, bytes[at + 1] == 0x5f {
                out.append("_")
                at += 2
                continue
            }
            let end = bytes[(at + 1)...].firstIndex(of: 0x5f) ?? bytes.endIndex
            let digits = String(decoding: bytes[(at + 1)..<end], as: UTF8.self)
            guard end < bytes.count, digits.utf8.count <= 6, let value = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(value)
            else { return name }
            out.append(scalar)
            at = end + 1
        }
        return String(out)
    }
}

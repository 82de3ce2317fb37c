/// Addresses of endpoints.
enum ZipkinAddress {
    /// RFC 5952: the longest run of zero groups is left out.
    static func text(ofIPv6 bytes: [UInt8]) -> String {
        let groups = (0..<8).map { UInt16(bytes[$0 * 2]) << 8 | UInt16(bytes[$0 * 2 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = end + 1
        }
        func join(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return join(groups[...]) }
        return join(groups[..<best.lowerBound]) + "::" + join(groups[best.upperBound...])
    }

    /// Whether a text looks like an address of either family; others are dropped, as Zipkin does.
    static func isIPv6(_ text: String) -> Bool? {
        let bytes = text.utf8
        guard (2...45).contains(bytes.count) else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            let isPlain = bytes.allSatisfy {
                switch $0 {
                case 0x30...0x3a, 0x41...0x46, 0x61...0x66, 0x2e: true
                default: false
                }
            }
            return isPlain ? true : nil
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isPlain = parts.count == 4 && parts.allSatisfy { UInt8(String(decoding: $0, as: UTF8.self)) != nil }
        return isPlain ? false : nil
    }
}

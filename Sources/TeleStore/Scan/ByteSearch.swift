/// Finds a text of bytes within others: compares 16 places at once by the needle's first and last byte, and looks
/// closer only where both fit.
struct ByteSearch: Sendable {
    let needle: [UInt8]

    init(_ needle: [UInt8]) { self.needle = needle }

    func isContained(in text: borrowing Span<UInt8>) -> Bool {
        let length = needle.count
        guard length > 0 else { return true }
        guard text.count >= length else { return false }
        let last = text.count &- length
        let firstByte = SIMD16<UInt8>(repeating: needle[0])
        let lastByte = SIMD16<UInt8>(repeating: needle[length &- 1])
        let raw = text.bytes
        var at = 0
        while at &+ 15 <= last {
            let head = raw.unsafeLoadUnaligned(fromByteOffset: at, as: SIMD16<UInt8>.self)
            let tail = raw.unsafeLoadUnaligned(fromByteOffset: at &+ length &- 1, as: SIMD16<UInt8>.self)
            if ((head ^ firstByte) | (tail ^ lastByte)).min() == 0 {
                for i in at...at &+ 15 where matches(text, at: i) { return true }
            }
            at &+= 16
        }
        while at <= last {
            if matches(text, at: at) { return true }
            at &+= 1
        }
        return false
    }

    @inline(__always)
    private func matches(_ text: borrowing Span<UInt8>, at offset: Int) -> Bool {
        let needle = needle.span
        for i in 0..<needle.count where text[offset &+ i] != needle[i] { return false }
        return true
    }
}

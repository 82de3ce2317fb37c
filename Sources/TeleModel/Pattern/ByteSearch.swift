/// Substring search: the first and the last byte of the needle are compared 16 positions at a time, the rest where
/// both agree.
package enum ByteSearch {
    /// The first offset at or after `start` where the needle occurs.
    package static func find(
        _ needle: borrowing Span<UInt8>, in text: borrowing Span<UInt8>, from start: Int = 0
    ) -> Int? {
        let length = needle.count
        guard length > 0 else { return start <= text.count ? start : nil }
        guard text.count >= length else { return nil }
        let last = text.count &- length
        let first = SIMD16<UInt8>(repeating: needle[0])
        let final = SIMD16<UInt8>(repeating: needle[length &- 1])
        let bytes = text.bytes
        var at = start
        while at &+ 15 <= last {
            let heads = bytes.unsafeLoadUnaligned(fromByteOffset: at, as: SIMD16<UInt8>.self)
            let tails = bytes.unsafeLoadUnaligned(fromByteOffset: at &+ length &- 1, as: SIMD16<UInt8>.self)
            let differences = (heads ^ first) | (tails ^ final)
            if differences.min() == 0 {
                for lane in 0..<16 where differences[lane] == 0 {
                    if equals(needle, text, at &+ lane) { return at &+ lane }
                }
            }
            at &+= 16
        }
        while at <= last {
            if text[at] == needle[0], equals(needle, text, at) { return at }
            at &+= 1
        }
        return nil
    }

    @inline(__always)
    package static func equals(_ needle: borrowing Span<UInt8>, _ text: borrowing Span<UInt8>, _ at: Int) -> Bool {
        guard at >= 0, text.count &- at >= needle.count else { return false }
        var i = 0
        while i < needle.count {
            if text[at &+ i] != needle[i] { return false }
            i &+= 1
        }
        return true
    }
}

/// Lexicographic order of byte strings, eight bytes at a time.
enum ByteOrder {
    /// Negative, 0 or positive as `a` sorts before, equal to or after `b`.
    @inline(__always)
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int {
        let common = min(a.byteCount, b.byteCount)
        var at = 0
        while at &+ 8 <= common {
            let x = a.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            let y = b.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            if x != y { return x.byteSwapped < y.byteSwapped ? -1 : 1 }
            at &+= 8
        }
        while at < common {
            let x = a.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            let y = b.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            if x != y { return x < y ? -1 : 1 }
            at &+= 1
        }
        return a.byteCount &- b.byteCount
    }

    /// The last eight bytes are looked at as one word, over some that were seen: series labels are compared a sample.
    @inline(__always)
    static func equal(_ a: RawSpan, _ b: RawSpan) -> Bool {
        let count = a.byteCount
        guard count == b.byteCount else { return false }
        guard count >= 8 else { return compare(a, b) == 0 }
        var at = 0
        while at < count &- 8 {
            let x = a.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            if x != b.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
            at &+= 8
        }
        let x = a.unsafeLoadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        return x == b.unsafeLoadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
}

/// Whether bytes are UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Check {
    @inline(__always)
    static func isValid(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        let end = range.upperBound
        while at &+ 8 <= end {
            if bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return isValidSlow(bytes, at, end)
            }
            at &+= 8
        }
        while at < end {
            if bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self) >= 0x80 { return isValidSlow(bytes, at, end) }
            at &+= 1
        }
        return true
    }

    @inline(never)
    private static func isValidSlow(_ bytes: borrowing RawSpan, _ start: Int, _ end: Int) -> Bool {
        var at = start
        while at < end {
            if at &+ 8 <= end,
                bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                at &+= 8
                continue
            }
            let lead = bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            if lead < 0x80 {
                at &+= 1
                continue
            }
            let (length, low, high): (Int, UInt8, UInt8)
            switch lead {
            case 0xc2...0xdf: (length, low, high) = (2, 0x80, 0xbf)
            case 0xe0: (length, low, high) = (3, 0xa0, 0xbf)
            case 0xed: (length, low, high) = (3, 0x80, 0x9f)
            case 0xe1...0xef: (length, low, high) = (3, 0x80, 0xbf)
            case 0xf0: (length, low, high) = (4, 0x90, 0xbf)
            case 0xf1...0xf3: (length, low, high) = (4, 0x80, 0xbf)
            case 0xf4: (length, low, high) = (4, 0x80, 0x8f)
            default: return false
            }
            guard end &- at >= length else { return false }
            let second = bytes.unsafeLoad(fromByteOffset: at &+ 1, as: UInt8.self)
            guard second >= low, second <= high else { return false }
            for i in 2..<max(2, length) {
                guard bytes.unsafeLoad(fromByteOffset: at &+ i, as: UInt8.self) & 0xc0 == 0x80 else { return false }
            }
            at &+= length
        }
        return true
    }
}

internal import TeleModel

/// Which runs of three bytes the texts of a block have, letters of either case and all digits taken for one: what a
/// substring that is nowhere near is told by.
struct Trigrams {
    /// 6 bits a byte.
    static let classes: [UInt32] = (0..<256).map { byte in
        switch UInt8(byte) {
        case 0x30...0x39: 27
        case 0x41...0x5a: UInt32(byte) - 0x40
        case 0x61...0x7a: UInt32(byte) - 0x60
        case 0x80...: 52 + UInt32(byte) % 12
        default: 28 + UInt32(byte) % 24
        }
    }
    private static let mask: UInt32 = 1 << 18 - 1
    private var seen = [UInt64](repeating: 0, count: 1 << 12)

    @inline(__always)
    mutating func insert(_ text: borrowing Span<UInt8>, _ classes: borrowing Span<UInt32>) {
        guard text.count >= 3 else { return }
        var code = classes[Int(text[0])] &<< 6 | classes[Int(text[1])]
        for i in 2..<text.count {
            code = (code &<< 6 | classes[Int(text[i])]) & Trigrams.mask
            seen[Int(code &>> 6)] |= 1 &<< UInt64(code & 63)
        }
    }

    func forEach(_ body: (UInt32) -> Void) {
        for word in seen.indices {
            var bits = seen[word]
            while bits != 0 {
                body(UInt32(word &<< 6) | UInt32(bits.trailingZeroBitCount))
                bits &= bits &- 1
            }
        }
    }
}

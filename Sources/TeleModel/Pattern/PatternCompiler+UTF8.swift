extension PatternCompiler {
    internal static func utf8(_ scalar: UInt32) -> [UInt8] {
        switch scalar {
        case 0..<0x80: [UInt8(scalar)]
        case 0x80..<0x800: [UInt8(0xc0 | scalar >> 6), UInt8(0x80 | scalar & 0x3f)]
        case 0x800..<0x10000:
            [UInt8(0xe0 | scalar >> 12), UInt8(0x80 | scalar >> 6 & 0x3f), UInt8(0x80 | scalar & 0x3f)]
        default:
            [
                UInt8(0xf0 | scalar >> 18 & 7), UInt8(0x80 | scalar >> 12 & 0x3f), UInt8(0x80 | scalar >> 6 & 0x3f),
                UInt8(0x80 | scalar & 0x3f),
            ]
        }
    }

    /// Cuts a range of scalars into products of byte ranges: first where the encoded length changes and around the
    /// surrogates, then wherever a trailing byte does not run through all of 0x80...0xbf.
    internal static func split(_ range: ClosedRange<UInt32>, into out: inout [[ClosedRange<UInt8>]]) {
        for block: ClosedRange<UInt32> in [0...0x7f, 0x80...0x7ff, 0x800...0xd7ff, 0xe000...0xffff, 0x10000...0x10ffff]
        where block.overlaps(range) {
            let part = range.clamped(to: block)
            splitSameLength(part.lowerBound, part.upperBound, into: &out)
        }
    }

    private static func splitSameLength(_ low: UInt32, _ high: UInt32, into out: inout [[ClosedRange<UInt8>]]) {
        for bits: UInt32 in [6, 12, 18] where high >= 0x80 {
            let mask: UInt32 = 1 << bits - 1
            guard low & ~mask != high & ~mask else { continue }
            if low & mask != 0 {
                splitSameLength(low, low | mask, into: &out)
                splitSameLength((low | mask) + 1, high, into: &out)
                return
            }
            if high & mask != mask {
                splitSameLength(low, (high & ~mask) - 1, into: &out)
                splitSameLength(high & ~mask, high, into: &out)
                return
            }
        }
        let (from, to) = (utf8(low), utf8(high))
        out.append((0..<from.count).map { from[$0]...to[$0] })
    }
}

/// Numbers of 0 to 64 bits each, little endian, one after another without gaps.
enum BitPacking {
    @inline(__always)
    static func width(of value: UInt64) -> Int { 64 &- value.leadingZeroBitCount }

    static func byteCount(_ count: Int, width: Int) -> Int { (count * width + 7) / 8 }

    /// Appends `(value - base)` of each value, which must fit `width` bits.
    static func pack(_ values: borrowing Span<UInt64>, base: UInt64, width: Int, into out: inout [UInt8]) {
        guard width > 0, values.count > 0 else { return }
        let total = byteCount(values.count, width: width)
        let width = UInt64(width)
        var words: [UInt64] = []
        words.reserveCapacity(total / 8 + 1)
        var pending: UInt64 = 0
        var filled: UInt64 = 0
        for i in 0..<values.count {
            let value = values[i] &- base
            pending |= value &<< filled
            filled &+= width
            if filled >= 64 {
                words.append(pending.littleEndian)
                filled &-= 64
                pending = filled == 0 ? 0 : value &>> (width &- filled)
            }
        }
        if filled > 0 { words.append(pending.littleEndian) }
        words.withUnsafeBytes { out.append(contentsOf: $0[..<total]) }
    }

    static func unpack(
        _ reader: inout ByteReader, count: Int, base: UInt64, width: Int
    ) throws(CodecError) -> [UInt64] {
        guard width > 0 else { return [UInt64](repeating: base, count: count) }
        let packed = try reader.bytes(byteCount(count, width: width), padding: 16)
        let mask = width == 64 ? UInt64.max : 1 &<< UInt64(width) &- 1
        return [UInt64](unsafeUninitializedCapacity: count) { out, used in
            packed.withUnsafeBytes { source in
                var bit = 0
                for i in 0..<count {
                    let shift = UInt64(truncatingIfNeeded: bit & 7)
                    let byte = bit >> 3
                    // Both loads stay within the 16 bytes of padding.
                    var value =
                        UInt64(littleEndian: source.loadUnaligned(fromByteOffset: byte, as: UInt64.self)) &>> shift
                    if shift &+ UInt64(width) > 64 { value |= UInt64(source[byte &+ 8]) &<< (64 &- shift) }
                    out[i] = base &+ (value & mask)
                    bit &+= width
                }
            }
            used = count
        }
    }

    /// The number at one place, less the base.
    static func value(_ packed: borrowing RawSpan, at place: Int, width: Int) -> UInt64 {
        guard width > 0 else { return 0 }
        let bit = place * width
        let shift = UInt64(truncatingIfNeeded: bit & 7)
        let first = bit >> 3
        var value = UInt64(packed.unsafeLoad(fromByteOffset: first, as: UInt8.self)) &>> shift
        for byte in first + 1..<max(first + 1, (bit + width + 7) >> 3) {
            let up = UInt64(truncatingIfNeeded: (byte - first) * 8) &- shift
            value |= UInt64(packed.unsafeLoad(fromByteOffset: byte, as: UInt8.self)) &<< up
        }
        return width == 64 ? value : value & (1 &<< UInt64(width) &- 1)
    }
}

/// LEB128 varints and zigzag as protobuf has them, over byte arrays and spans.
package enum Varint {
    @inline(__always)
    package static func append(_ value: UInt64, to out: inout [UInt8]) {
        var value = value
        while value >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        out.append(UInt8(truncatingIfNeeded: value))
    }

    package static func append(double value: Double, to out: inout [UInt8]) {
        var bits = value.bitPattern
        for _ in 0..<8 {
            out.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
    }

    /// nil at the end of the bytes or for more than 10 bytes.
    @inline(__always)
    package static func read(_ bytes: borrowing Span<UInt8>, _ at: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count, shift < 70 {
            let byte = UInt64(bytes[at])
            at &+= 1
            value |= (byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        return nil
    }

    package static func readDouble(_ bytes: borrowing Span<UInt8>, _ at: inout Int) -> Double? {
        guard at >= 0, bytes.count - at >= 8 else { return nil }
        var bits: UInt64 = 0
        for i in 0..<8 { bits |= UInt64(bytes[at + i]) << UInt64(i * 8) }
        at += 8
        return Double(bitPattern: bits)
    }

    @inline(__always)
    package static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
    @inline(__always)
    package static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}

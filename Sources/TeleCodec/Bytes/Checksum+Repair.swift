extension Checksum {
    /// Beyond it (some tens of milliseconds) nothing is repaired.
    private static let repairableBytes = 32 << 20

    /// The bytes as they were, where one flipped bit, in them or in the checksum itself, is all that is wrong; else nil.
    ///
    /// A CRC is linear: the checksum of what was read, xor the one that is known, is the checksum of the error alone.
    /// That of a single bit is known for the last byte, and for a byte more towards the front by one step more, so
    /// stepping back from the difference finds the bit. Up to 11 KB two flipped bits are never taken for one
    /// (Koopman, "32-Bit Cyclic Redundancy Codes for Internet Applications": distance 4 up to 91,607 bits).
    package static func repaired(_ bytes: [UInt8], _ sum: UInt32) -> [UInt8]? {
        var error = crc32(bytes) ^ sum
        if error.nonzeroBitCount <= 1 { return bytes }
        guard bytes.count <= repairableBytes else { return nil }
        // By the highest byte of an entry of the table, which is different in each, the index: what undoes a step.
        let table = (0..<256).map { step(UInt32($0)) }
        var index = [UInt8](repeating: 0, count: 256)
        for i in 0..<256 { index[Int(table[i] >> 24)] = UInt8(truncatingIfNeeded: i) }
        for at in bytes.indices.reversed() {
            // The error of a bit in this byte, with nothing behind it.
            let found = index[Int(error >> 24)]
            let before = error ^ table[Int(found)]
            if before == 0 {
                guard found.nonzeroBitCount == 1 else { return nil }
                var out = bytes
                out[at] ^= found
                return out
            }
            error = before << 8 | UInt32(found)
        }
        return nil
    }

    /// Eight bits of the polynomial division.
    private static func step(_ value: UInt32) -> UInt32 {
        var value = value
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
        return value
    }

    /// The same bytes with one bit flipped, each in turn, until one is accepted: for a few bytes with no checksum of
    /// their own.
    package static func withOneBitFlipped<Result>(_ bytes: [UInt8], _ accept: ([UInt8]) -> Result?) -> Result? {
        var bytes = bytes
        for bit in 0..<bytes.count * 8 {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            if let result = accept(bytes) { return result }
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        return nil
    }
}

internal import CZlib

/// CRC-32 as zlib, gzip and PNG have it (polynomial 0xedb88320, reflected).
package enum Checksum {
    package static func crc32(_ bytes: borrowing Span<UInt8>) -> UInt32 { crc32(bytes.bytes) }

    package static func crc32(_ bytes: [UInt8]) -> UInt32 { crc32(bytes.span.bytes) }

    package static func crc32(_ bytes: borrowing RawSpan) -> UInt32 {
        bytes.withUnsafeBytes { buffer in
            var sum = CZlib.crc32(0, nil, 0)
            var at = 0
            while at < buffer.count {
                // zlib counts in 32 bits.
                let step = min(buffer.count &- at, 1 << 30)
                let base = buffer.baseAddress?.advanced(by: at).assumingMemoryBound(to: UInt8.self)
                sum = CZlib.crc32(sum, base, UInt32(step))
                at &+= step
            }
            return UInt32(truncatingIfNeeded: sum)
        }
    }
}

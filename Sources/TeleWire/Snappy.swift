/// Snappy's block format (google/snappy, format_description.txt): a length as a varint, then literals and copies. No
/// checksum. Loki's push and Prometheus' remote write come in it.
package enum Snappy {
    /// What the block unpacks to. Memory grows with what is really there, never with the length it declares; a copy that
    /// reaches before the start, a length that is not met, and bytes that end early are errors.
    ///
    /// - Throws: `WireError`, `.tooLarge` when the block declares more than `limit` bytes, else `.malformed`.
    package static func decompress(_ bytes: borrowing Span<UInt8>, limit: Int) throws(WireError) -> [UInt8] {
        var at = 0
        let declared = try length(bytes, &at)
        guard declared <= UInt64(max(limit, 0)) else {
            throw .tooLarge("snappy block of \(declared) bytes, more than \(limit)", at: 0)
        }
        let size = Int(declared)
        var out: [UInt8] = []
        // The densest element is a copy of 64 bytes in 3.
        out.reserveCapacity(min(size, bytes.count &* 22))
        while at < bytes.count {
            let start = at
            let tag = bytes[at]
            at &+= 1
            var count: Int
            var offset = 0
            switch tag & 3 {
            case 0:
                count = Int(tag >> 2)
                if count >= 60 {
                    let width = count &- 59
                    count = try number(bytes, &at, width)
                }
                count &+= 1
                guard count <= bytes.count &- at else { throw .malformed("snappy literal ends early", at: start) }
                guard count <= size &- out.count else { throw .malformed("snappy block is too long", at: start) }
                for index in at..<(at &+ count) { out.append(bytes[index]) }
                at &+= count
                continue
            case 1:
                count = 4 &+ Int((tag >> 2) & 7)
                offset = (Int(tag >> 5) << 8) | (try number(bytes, &at, 1))
            case 2:
                count = 1 &+ Int(tag >> 2)
                offset = try number(bytes, &at, 2)
            default:
                count = 1 &+ Int(tag >> 2)
                offset = try number(bytes, &at, 4)
            }
            guard offset > 0, offset <= out.count else { throw .malformed("snappy copy from nowhere", at: start) }
            guard count <= size &- out.count else { throw .malformed("snappy block is too long", at: start) }
            var from = out.count &- offset
            // A copy may reach into what it writes itself: that repeats.
            for _ in 0..<count {
                out.append(out[from])
                from &+= 1
            }
        }
        guard out.count == size else { throw .malformed("snappy block ends early", at: bytes.count) }
        return out
    }

    /// What the block says that it unpacks to; nil where it says nothing.
    package static func declaredCount(_ bytes: borrowing Span<UInt8>) -> Int? {
        var at = 0
        guard let declared = try? length(bytes, &at) else { return nil }
        return Int(clamping: declared)
    }

    private static func length(_ bytes: borrowing Span<UInt8>, _ at: inout Int) throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count, shift < 35 {
            let byte = bytes[at]
            at &+= 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        throw .malformed("snappy length is not a varint", at: at)
    }

    /// A little-endian number of 1 to 4 bytes.
    private static func number(_ bytes: borrowing Span<UInt8>, _ at: inout Int, _ width: Int) throws(WireError) -> Int {
        guard bytes.count &- at >= width else { throw .malformed("snappy element ends early", at: at) }
        var value = 0
        for index in 0..<width { value |= Int(bytes[at &+ index]) << (8 &* index) }
        at &+= width
        return value
    }
}

/// A bounded reader over borrowed bytes: every step is checked, and nothing is allocated from a length that the
/// bytes themselves do not back.
package struct ByteReader: ~Escapable {
    private let bytes: RawSpan
    /// Where the next read begins.
    package private(set) var offset = 0

    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) { self.bytes = bytes }

    package var remaining: Int { bytes.byteCount &- offset }
    package var isAtEnd: Bool { offset == bytes.byteCount }

    package func error(_ message: String) -> CodecError { CodecError(message, at: offset) }

    @_lifetime(self: copy self)
    @inline(__always)
    package mutating func byte() throws(CodecError) -> UInt8 {
        guard offset < bytes.byteCount else { throw error("input ends within a value") }
        defer { offset &+= 1 }
        return bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    @_lifetime(self: copy self)
    package mutating func uint32() throws(CodecError) -> UInt32 {
        guard remaining >= 4 else { throw error("input ends within a 32-bit number") }
        defer { offset &+= 4 }
        return UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @_lifetime(self: copy self)
    package mutating func uint64() throws(CodecError) -> UInt64 {
        guard remaining >= 8 else { throw error("input ends within a 64-bit number") }
        defer { offset &+= 8 }
        return UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @_lifetime(self: copy self)
    @inline(__always)
    package mutating func varint() throws(CodecError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 70 {
            let byte = UInt64(try byte())
            value |= (byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        throw error("varint of more than 10 bytes")
    }

    /// A varint that counts something of which there may be at most `limit`.
    @_lifetime(self: copy self)
    package mutating func count(_ what: StaticString, limit: Int) throws(CodecError) -> Int {
        let value = try varint()
        guard value <= UInt64(max(0, limit)) else { throw error("\(what) \(value) is over the limit of \(limit)") }
        return Int(truncatingIfNeeded: value)
    }

    /// The next `count` bytes.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func take(_ count: Int) throws(CodecError) -> RawSpan {
        guard count >= 0, count <= remaining else { throw error("\(count) bytes wanted, \(remaining) left") }
        defer { offset &+= count }
        return bytes.extracting(offset..<offset &+ count)
    }

    /// The next `count` bytes, copied, with `padding` zero bytes behind them (so that wide loads stay inside).
    @_lifetime(self: copy self)
    package mutating func bytes(_ count: Int, padding: Int = 0) throws(CodecError) -> [UInt8] {
        let span = try take(count)
        return span.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: count &+ padding) { out, used in
                UnsafeMutableRawBufferPointer(out).copyMemory(from: source)
                for i in count..<count &+ padding { out[i] = 0 }
                used = count &+ padding
            }
        }
    }
}

/// Reads protobuf fields out of a part of a body. Every length is checked against what remains before it is used, so
/// no read leaves the part, and a sub-message's reader can't leave the message. Offsets in errors are those of the body.
package struct ProtobufReader: ~Escapable, ~Copyable {
    package let bytes: RawSpan
    /// Offset of the next byte.
    package private(set) var at: Int
    /// Offset behind the last byte.
    package let end: Int

    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) {
        self.bytes = bytes
        at = 0
        end = bytes.byteCount
    }

    /// A reader of `range` of the bytes, which must lie within them.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = min(range.upperBound, bytes.byteCount)
    }

    @inline(__always)
    package var isAtEnd: Bool { at >= end }

    /// A base-128 varint of at most 10 bytes; bits beyond 64 are dropped.
    @inline(__always)
    package mutating func varint() throws(WireError) -> UInt64 {
        if at < end {
            let first = bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            if first < 0x80 {
                at &+= 1
                return UInt64(first)
            }
        }
        return try longVarint()
    }

    @inline(never)
    private mutating func longVarint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        let start = at
        while shift < 70 {
            guard at < end else { throw .malformed("a varint runs past the end", at: start) }
            let byte = UInt64(bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self))
            at &+= 1
            value |= (byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        throw .malformed("a varint has more than 10 bytes", at: start)
    }

    /// Field number times 8 plus wire type.
    @inline(__always)
    package mutating func tag() throws(WireError) -> UInt32 {
        let start = at
        let raw = try varint()
        guard raw >= 8, raw <= UInt64(UInt32.max) else {
            throw .malformed("a field number is 0 or too large", at: start)
        }
        return UInt32(truncatingIfNeeded: raw)
    }

    @inline(__always)
    package mutating func fixed64() throws(WireError) -> UInt64 {
        guard end &- at >= 8 else { throw .malformed("8 bytes run past the end", at: at) }
        defer { at &+= 8 }
        return UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    @inline(__always)
    package mutating func fixed32() throws(WireError) -> UInt32 {
        guard end &- at >= 4 else { throw .malformed("4 bytes run past the end", at: at) }
        defer { at &+= 4 }
        return UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
    }

    package mutating func double() throws(WireError) -> Double { Double(bitPattern: try fixed64()) }

    @inline(__always)
    package mutating func bool() throws(WireError) -> Bool { try varint() != 0 }

    /// An `int32`, `uint32` or enum: the low 32 bits of a varint, as protobuf parsers take them.
    @inline(__always)
    package mutating func uint32() throws(WireError) -> UInt32 { UInt32(truncatingIfNeeded: try varint()) }

    package mutating func int32() throws(WireError) -> Int32 { Int32(truncatingIfNeeded: try varint()) }

    package mutating func sint32() throws(WireError) -> Int32 {
        let raw = try uint32()
        return Int32(bitPattern: raw >> 1) ^ -Int32(bitPattern: raw & 1)
    }

    package mutating func sint64() throws(WireError) -> Int64 {
        let raw = try varint()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// The offsets of a length-delimited field's content, which is skipped.
    @inline(__always)
    package mutating func range() throws(WireError) -> Range<Int> {
        let start = at
        let length = try varint()
        guard length <= UInt64(end &- at) else { throw .malformed("a length runs past the end", at: start) }
        let from = at
        at &+= Int(truncatingIfNeeded: length)
        return Range(uncheckedBounds: (from, at))
    }

    /// A reader of the sub-message that stands here; it is skipped in this one.
    @inline(__always)
    @_lifetime(copy self)
    package mutating func message() throws(WireError) -> ProtobufReader { ProtobufReader(bytes, try range()) }

    /// A reader of the same part, from here.
    @inline(__always)
    @_lifetime(copy self)
    package func copy() -> ProtobufReader { ProtobufReader(bytes, Range(uncheckedBounds: (at, max(at, end)))) }

    /// A reader of another part of the same body.
    @inline(__always)
    @_lifetime(copy self)
    package func reader(_ range: Range<Int>) -> ProtobufReader { ProtobufReader(bytes, range) }

    /// Skips the value of a field that nobody wants, whatever its wire type.
    @inline(__always)
    package mutating func skip(_ tag: UInt32) throws(WireError) {
        switch tag & 7 {
        case 0: _ = try varint()
        case 1: _ = try fixed64()
        case 2: _ = try range()
        case 5: _ = try fixed32()
        case 3: try skipGroup(tag >> 3)
        default: throw .malformed("a field has no valid wire type", at: at)
        }
    }

    /// Groups may nest as deep as messages do elsewhere; a stack of numbers takes the place of recursion.
    @inline(never)
    private mutating func skipGroup(_ field: UInt32) throws(WireError) {
        var open = [field]
        while let innermost = open.last {
            guard !isAtEnd else { throw .malformed("a group has no end", at: at) }
            let tag = try tag()
            switch tag & 7 {
            case 3:
                guard open.count < ProtobufReader.groupDepth else { throw .malformed("groups nest too deep", at: at) }
                open.append(tag >> 3)
            case 4:
                guard tag >> 3 == innermost else { throw .malformed("a group ends that is not open", at: at) }
                open.removeLast()
            default: try skip(tag)
            }
        }
    }

    /// Protobuf parsers stop at 100 nested messages or groups.
    package static let groupDepth = 100
}

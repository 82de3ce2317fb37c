/// Appends protobuf fields to bytes. It writes what it is told, zeros included: proto3's rule that defaults are left
/// out is the caller's. A nested message is written in place; its length takes one byte and the content moves up when
/// more are needed.
package struct ProtobufWriter: Sendable {
    package var bytes: [UInt8] = []

    package init() {}

    package init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// A varint without a tag.
    @inline(__always)
    package mutating func raw(varint value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    @inline(__always)
    package mutating func raw(fixed64 value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    @inline(__always)
    package mutating func raw(fixed32 value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    @inline(__always)
    package mutating func tag(_ field: Int, _ wireType: UInt64) { raw(varint: UInt64(field) << 3 | wireType) }

    @inline(__always)
    package mutating func uint64(_ field: Int, _ value: UInt64) {
        tag(field, 0)
        raw(varint: value)
    }

    package mutating func uint32(_ field: Int, _ value: UInt32) { uint64(field, UInt64(value)) }
    package mutating func int64(_ field: Int, _ value: Int64) { uint64(field, UInt64(bitPattern: value)) }
    /// Also enums; a negative number takes 10 bytes, as protobuf has it.
    package mutating func int32(_ field: Int, _ value: Int32) { int64(field, Int64(value)) }
    package mutating func bool(_ field: Int, _ value: Bool) { uint64(field, value ? 1 : 0) }

    package mutating func sint32(_ field: Int, _ value: Int32) {
        uint64(field, UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)))
    }

    package mutating func sint64(_ field: Int, _ value: Int64) {
        uint64(field, UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    @inline(__always)
    package mutating func fixed64(_ field: Int, _ value: UInt64) {
        tag(field, 1)
        raw(fixed64: value)
    }

    package mutating func sfixed64(_ field: Int, _ value: Int64) { fixed64(field, UInt64(bitPattern: value)) }

    @inline(__always)
    package mutating func fixed32(_ field: Int, _ value: UInt32) {
        tag(field, 5)
        raw(fixed32: value)
    }

    package mutating func double(_ field: Int, _ value: Double) { fixed64(field, value.bitPattern) }

    package mutating func string(_ field: Int, _ value: String) {
        var value = value
        value.withUTF8 { text in
            tag(field, 2)
            raw(varint: UInt64(text.count))
            bytes.append(contentsOf: text)
        }
    }

    package mutating func bytes(_ field: Int, _ value: some Collection<UInt8>) {
        tag(field, 2)
        raw(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    @inline(__always)
    package mutating func bytes(_ field: Int, _ value: borrowing Span<UInt8>) {
        tag(field, 2)
        raw(varint: UInt64(value.count))
        value.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// 16 bytes, most significant first.
    package mutating func id(_ field: Int, high: UInt64, low: UInt64) {
        tag(field, 2)
        bytes.append(16)
        raw(fixed64: high.byteSwapped)
        raw(fixed64: low.byteSwapped)
    }

    /// 8 bytes, most significant first.
    package mutating func id(_ field: Int, _ value: UInt64) {
        tag(field, 2)
        bytes.append(8)
        raw(fixed64: value.byteSwapped)
    }

    /// A sub-message; what the body writes is its content.
    @inline(__always)
    package mutating func message<Failure: Error>(
        _ field: Int, _ body: (inout ProtobufWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = open(field)
        try body(&self)
        close(start)
    }

    /// Begins a sub-message where a closure is in the way; pass the result to ``close(_:)``.
    @inline(__always)
    package mutating func open(_ field: Int) -> Int {
        tag(field, 2)
        bytes.append(0)
        return bytes.count
    }

    /// Ends a sub-message: sets its length.
    @inline(__always)
    package mutating func close(_ start: Int) {
        let length = bytes.count &- start
        if length < 0x80 { bytes[start &- 1] = UInt8(truncatingIfNeeded: length) } else { closeLong(start, length) }
    }

    @inline(never)
    private mutating func closeLong(_ start: Int, _ length: Int) {
        let size = (63 - length.leadingZeroBitCount) / 7 + 1
        bytes.insert(contentsOf: repeatElement(0, count: size - 1), at: start)
        var rest = length
        for i in 0..<size {
            bytes[start - 1 + i] = UInt8(truncatingIfNeeded: rest & 0x7f) | (i < size - 1 ? 0x80 : 0)
            rest >>= 7
        }
    }

    /// Packed `repeated fixed64`; nothing where there are no values.
    package mutating func packed(_ field: Int, fixed64 values: some Collection<UInt64>) {
        guard !values.isEmpty else { return }
        tag(field, 2)
        raw(varint: UInt64(values.count * 8))
        for value in values { raw(fixed64: value) }
    }

    package mutating func packed(_ field: Int, double values: some Collection<Double>) {
        guard !values.isEmpty else { return }
        tag(field, 2)
        raw(varint: UInt64(values.count * 8))
        for value in values { raw(fixed64: value.bitPattern) }
    }

    /// Packed `repeated uint64`.
    package mutating func packed(_ field: Int, uint64 values: some Collection<UInt64>) {
        guard !values.isEmpty else { return }
        message(field) { (writer: inout ProtobufWriter) in
            for value in values { writer.raw(varint: value) }
        }
    }
}

internal import TeleModel

/// Little-endian and variable-length numbers at the end of a byte array.
extension [UInt8] {
    @inline(__always)
    package mutating func append(varint value: UInt64) { Varint.append(value, to: &self) }

    @inline(__always)
    package mutating func append(varint value: Int) { Varint.append(UInt64(Swift.max(0, value)), to: &self) }

    package mutating func append(uint32 value: UInt32) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    package mutating func append(uint64 value: UInt64) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    package mutating func append(span: borrowing Span<UInt8>) {
        span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// The memory of numbers as it is (little-endian machines only, which is all that Swift's Linux and macOS have).
    mutating func append(memory values: borrowing Span<UInt64>) {
        values.withUnsafeBytes { append(contentsOf: $0) }
    }
}

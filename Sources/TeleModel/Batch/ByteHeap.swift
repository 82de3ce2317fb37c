/// A run of bytes in a batch's heap. 8 bytes, trivially copied, so that columns of texts are flat memory.
package struct ByteRange: Hashable, Sendable {
    package var offset: UInt32
    package var count: UInt32

    package static let empty = ByteRange(offset: 0, count: 0)

    @inline(__always)
    package init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    /// From the 64-bit form that value columns hold: offset in the high half, count in the low half.
    @inline(__always)
    package init(packed: UInt64) {
        offset = UInt32(truncatingIfNeeded: packed >> 32)
        count = UInt32(truncatingIfNeeded: packed)
    }

    @inline(__always)
    package var packed: UInt64 { UInt64(offset) << 32 | UInt64(count) }
    @inline(__always)
    package var isEmpty: Bool { count == 0 }
    @inline(__always)
    package var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }
}

/// The bytes of all texts of one batch, appended once and referred to by ``ByteRange``.
/// Holds at most 4 GiB; batches are bounded by ``Limits/requestBytes`` or by a segment block long before that.
package struct ByteHeap: Sendable {
    package var bytes: [UInt8] = []

    package init() {}
    package init(bytes: [UInt8]) { self.bytes = bytes }

    package var count: Int { bytes.count }

    @inline(__always)
    package subscript(_ range: ByteRange) -> ArraySlice<UInt8> { bytes[range.range] }

    package mutating func append(_ text: borrowing Span<UInt8>) -> ByteRange {
        let range = ByteRange(offset: UInt32(bytes.count), count: UInt32(text.count))
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        return range
    }

    package mutating func append(_ text: some Collection<UInt8>) -> ByteRange {
        let range = ByteRange(offset: UInt32(bytes.count), count: UInt32(text.count))
        bytes.append(contentsOf: text)
        return range
    }

    package mutating func append(_ text: String) -> ByteRange { append(text.utf8) }

    /// The range as text; bytes that are no UTF-8 come out as U+FFFD.
    package func string(_ range: ByteRange) -> String {
        range.isEmpty ? "" : String(decoding: bytes[range.range], as: UTF8.self)
    }

    package func equals(_ range: ByteRange, _ text: borrowing Span<UInt8>) -> Bool {
        guard Int(range.count) == text.count else { return false }
        let mine = bytes.span.extracting(range.range)
        for i in 0..<text.count where mine[i] != text[i] { return false }
        return true
    }
}

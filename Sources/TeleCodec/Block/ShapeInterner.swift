internal import TeleModel

/// The distinct sequences of columns that owners have.
struct ShapeInterner {
    private(set) var lengths: [UInt64] = []
    private(set) var columns: [UInt64] = []
    // The sequences as bytes, 4 a column, so that texts' interning serves; the one being built is the last.
    private var heap: [UInt8] = []
    private var start = 0
    private var interner = TextInterner()

    @inline(__always)
    mutating func append(column: UInt32) { heap.append(uint32: column) }

    /// The code of the sequence that was appended since the last call.
    mutating func close() -> UInt32 {
        let range = ByteRange(offset: UInt32(start), count: UInt32(heap.count - start))
        let code = ShapeInterner.code(&interner, range, heap)
        if Int(code) < lengths.count {
            heap.removeLast(heap.count - start)
            return code
        }
        lengths.append(UInt64(range.count / 4))
        ShapeInterner.append(heap, range, to: &columns)
        start = heap.count
        return code
    }

    // Static, so that the heap and what changes are told apart by the exclusivity rules.
    private static func code(_ interner: inout TextInterner, _ range: ByteRange, _ heap: [UInt8]) -> UInt32 {
        interner.code(range, in: heap.span)
    }

    private static func append(_ heap: [UInt8], _ range: ByteRange, to columns: inout [UInt64]) {
        var reader = ByteReader(heap.span.extracting(range.range).bytes)
        while let column = try? reader.uint32() { columns.append(UInt64(column)) }
    }
}

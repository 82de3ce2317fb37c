/// How often each code stands in a run of rows: what few rows of a block want of the many before them.
struct CodeTally {
    private var counts: [UInt32]

    /// Codes are below so many.
    init(codes: Int) { counts = [UInt32](repeating: 0, count: codes) }

    /// Calls with codes of the rows and how often they stand there, a code perhaps several times.
    @inline(__always)
    mutating func forEach(
        _ codes: borrowing Span<UInt32>, _ rows: Range<Int>, _ body: (_ code: Int, _ count: Int) -> Void
    ) {
        if rows.count <= counts.count {
            for row in rows { body(Int(codes[row]), 1) }
            return
        }
        var span = counts.mutableSpan
        for row in rows { span[Int(codes[row])] &+= 1 }
        for code in span.indices where span[code] > 0 {
            body(code, Int(span[code]))
            span[code] = 0
        }
    }
}

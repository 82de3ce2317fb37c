internal import TeleModel

/// The trace ids of a block's rows: the distinct ids, and which each row has.
struct TraceIDColumn: Sendable {
    /// For each row the index of its id, or -1.
    private let of: [Int32]
    private let highs: [UInt64]
    private let lows: [UInt64]
    /// Where the next column begins within the page.
    let end: Int

    init(_ page: [UInt8], rows: Int) throws(CodecError) {
        var reader = ByteReader(page.span.bytes)
        (of, highs, lows) = try IdentifierColumn.decodeDistinct(&reader, rows: rows)
        end = reader.offset
    }

    /// In memory.
    var byteCount: Int { of.count * 4 + highs.count * 16 + 64 }

    /// Of all rows, or of those with these numbers.
    func pick(_ rows: [Int]?) -> (high: [UInt64], low: [UInt64]) {
        let count = rows?.count ?? of.count
        var high = [UInt64](repeating: 0, count: count)
        var low = high
        for i in 0..<count {
            let index = Int(of[rows?[i] ?? i])
            guard index >= 0 else { continue }
            high[i] = highs[index]
            low[i] = lows[index]
        }
        return (high, low)
    }

    /// The rows of a trace, rising; without an id those that have none.
    func rows(of trace: TraceID) -> [Int] {
        if trace.isNone { return of.indices.filter { of[$0] < 0 } }
        var wanted: Set<Int32> = []
        for i in lows.indices where lows[i] == trace.low && highs[i] == trace.high {
            wanted.insert(Int32(truncatingIfNeeded: i))
        }
        if wanted.isEmpty { return [] }
        if wanted.count == 1, let one = wanted.first { return of.indices.filter { of[$0] == one } }
        return of.indices.filter { wanted.contains(of[$0]) }
    }
}

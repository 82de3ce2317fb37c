/// The rows that a caller wants of a block.
enum BlockRows {
    static func check(_ rows: [Int]?, of count: Int) throws(CodecError) {
        var last = -1
        for row in rows ?? [] {
            guard row > last, row < count else { throw CodecError("rows are not ascending and below \(count)") }
            last = row
        }
    }

    static func pick<T>(_ rows: [Int]?, _ column: [T]) -> [T] {
        guard let rows else { return column }
        return rows.map { column[$0] }
    }
}

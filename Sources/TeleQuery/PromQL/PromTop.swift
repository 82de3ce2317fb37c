/// The `k` greatest (or least) values of each cell, best first, ties in the order of arrival, NaN last.
internal struct PromTop {
    private let isTop: Bool
    private let k: Int
    private var counts: [Int32]
    internal private(set) var values: [Double]
    internal private(set) var rows: [Int32]

    internal init(isTop: Bool, k: Int, cells: Int) {
        self.isTop = isTop
        self.k = k
        counts = Array(repeating: 0, count: cells)
        values = Array(repeating: 0, count: cells * k)
        rows = Array(repeating: 0, count: cells * k)
    }

    internal func count(_ cell: Int) -> Int { Int(counts[cell]) }

    @inline(__always)
    private func precedes(_ x: Double, _ y: Double) -> Bool {
        // Comparisons with NaN are false: a number precedes it, it precedes nothing.
        (isTop ? x > y : x < y) || (y.isNaN && !x.isNaN)
    }

    internal mutating func add(_ row: borrowing PromRow, _ number: Int, at base: Int) {
        let rowValues = row.values.span
        let rowState = row.state.span
        for step in 0..<rowValues.count where rowState[step] != PromBlock.absent {
            let cell = base + step
            let value = rowValues[step]
            let count = Int(counts[cell])
            let first = cell * k
            if count == k, !precedes(value, values[first + k - 1]) { continue }
            var at = min(count, k - 1)
            while at > 0, precedes(value, values[first + at - 1]) {
                values[first + at] = values[first + at - 1]
                rows[first + at] = rows[first + at - 1]
                at -= 1
            }
            values[first + at] = value
            rows[first + at] = Int32(truncatingIfNeeded: number)
            if count < k { counts[cell] = Int32(truncatingIfNeeded: count + 1) }
        }
    }
}

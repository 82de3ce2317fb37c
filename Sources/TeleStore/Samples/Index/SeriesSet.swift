/// A set of series positions as bits: unions and intersections of postings cost a pass over `capacity / 64` words.
struct SeriesSet: Sendable {
    private(set) var words: [UInt64]
    let capacity: Int

    init(capacity: Int, full: Bool = false) {
        self.capacity = capacity
        words = [UInt64](repeating: full ? .max : 0, count: (capacity + 63) / 64)
        if full, capacity % 64 != 0 { words[words.count - 1] = 1 << UInt64(capacity % 64) - 1 }
    }

    @inline(__always)
    mutating func insert(_ position: Int) { words[position >> 6] |= 1 << UInt64(position & 63) }

    @inline(__always)
    func contains(_ position: Int) -> Bool { words[position >> 6] >> UInt64(position & 63) & 1 != 0 }

    mutating func formIntersection(_ other: SeriesSet) {
        for i in words.indices { words[i] &= other.words[i] }
    }

    mutating func subtract(_ other: SeriesSet) {
        for i in words.indices { words[i] &= ~other.words[i] }
    }

    /// The positions in ascending order.
    var positions: [Int] {
        var out: [Int] = []
        for i in words.indices {
            var word = words[i]
            while word != 0 {
                out.append(i << 6 | word.trailingZeroBitCount)
                word &= word &- 1
            }
        }
        return out
    }
}

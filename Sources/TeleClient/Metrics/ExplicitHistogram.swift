/// Counts between fixed bounds: bucket i holds values in (bounds[i-1], bounds[i]], the last one what is above.
struct ExplicitHistogram: Sendable {
    let bounds: [Double]
    private(set) var counts: [UInt64]
    private(set) var summary = HistogramSummary()

    /// Bounds in any order, with repetitions or without a number in them, are put right.
    init(bounds: [Double]) {
        var sorted: [Double] = []
        for bound in bounds.filter(\.isFinite).sorted() where bound != sorted.last { sorted.append(bound) }
        self.bounds = sorted
        counts = [UInt64](repeating: 0, count: sorted.count + 1)
    }

    /// What is no finite number is ignored.
    /// - Returns: the bucket.
    @discardableResult
    mutating func record(_ value: Double) -> Int {
        guard value.isFinite else { return 0 }
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        counts[low] &+= 1
        summary.record(value)
        return low
    }

    mutating func clear() {
        for i in counts.indices { counts[i] = 0 }
        summary = HistogramSummary()
    }
}

struct HistogramSummary: Sendable {
    private(set) var count: UInt64 = 0
    private(set) var sum = 0.0
    private(set) var min = Double.infinity
    private(set) var max = -Double.infinity

    mutating func record(_ value: Double) {
        count &+= 1
        sum += value
        min = Swift.min(min, value)
        max = Swift.max(max, value)
    }
}

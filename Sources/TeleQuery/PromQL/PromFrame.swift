/// Which samples lie in the window of each step, `(end - range, end]`, for one run of times: the one place where
/// windows move over samples. What an extrapolation takes from the times alone is worked out with it.
internal struct PromFrame {
    /// The times that it is of, ascending.
    internal private(set) var times: [Int64] = []
    /// The window of step `i` has the samples `lows[i] ..< highs[i]`.
    internal private(set) var lows: [Int32] = []
    internal private(set) var highs: [Int32] = []
    /// By step, for functions that extrapolate and windows of two samples or more: what a window's change is
    /// multiplied with, as long as the counter does not reach zero before the window's start.
    internal private(set) var factors: [Double] = []
    /// A counter that begins a window below its change times this may have been zero within the extrapolation (or
    /// nearly so: who asks has to look closer).
    internal private(set) var reaches: [Double] = []

    internal init() {}

    internal init(_ times: borrowing Span<Int64>, _ ends: PromGrid, _ range: Int64) {
        fill(times, ends, range, nil)
    }

    /// Makes it one of other times.
    internal mutating func fill(
        _ times: borrowing Span<Int64>, _ ends: PromGrid, _ range: Int64, _ function: PromWindowFunction?
    ) {
        move(times, ends, range)
        if let function, function.extrapolates { extrapolate(times, ends, range, function) }
    }

    private mutating func move(_ times: borrowing Span<Int64>, _ ends: PromGrid, _ range: Int64) {
        self.times.removeAll(keepingCapacity: true)
        times.withUnsafeBufferPointer { self.times.append(contentsOf: $0) }
        // The columns are this function's own for the time being.
        var (lowColumn, highColumn): ([Int32], [Int32]) = ([], [])
        swap(&lowColumn, &self.lows)
        swap(&highColumn, &self.highs)
        defer { (self.lows, self.highs) = (lowColumn, highColumn) }
        if lowColumn.count != ends.count {
            lowColumn = Array(repeating: 0, count: ends.count)
            highColumn = lowColumn
        }
        var lows = lowColumn.mutableSpan
        var highs = highColumn.mutableSpan
        var (low, high) = (0, 0)
        var end = ends.start
        for step in 0..<ends.count {
            let start = end &- range
            while high < times.count, times[high] <= end { high &+= 1 }
            while low < high, times[low] <= start { low &+= 1 }
            lows[step] = Int32(truncatingIfNeeded: low)
            highs[step] = Int32(truncatingIfNeeded: high)
            end = end &+ ends.step
        }
    }

    internal func isOf(_ other: borrowing Span<Int64>) -> Bool {
        let mine = times.span
        guard mine.count == other.count else { return false }
        var difference: Int64 = 0
        for i in 0..<mine.count { difference |= mine[i] ^ other[i] }
        return difference == 0
    }

    @inline(__always)
    internal func window(_ step: Int) -> Range<Int> {
        Range(uncheckedBounds: (Int(lows[step]), Int(highs[step])))
    }

    private mutating func extrapolate(
        _ times: borrowing Span<Int64>, _ ends: PromGrid, _ range: Int64, _ function: PromWindowFunction
    ) {
        if factors.count != ends.count {
            factors = Array(repeating: 0, count: ends.count)
            reaches = factors
        }
        let seconds = Double(range) / 1000
        for step in 0..<ends.count {
            let window = window(step)
            guard window.count > 1 else { continue }
            let end = ends.time(step)
            let gaps = PromExtrapolation(times, window, start: end &- range, end: end)
            factors[step] = gaps.factor(toStart: gaps.toStart, function, seconds: seconds)
            reaches[step] = gaps.toStart / gaps.sampled * (1 + 0x1p-40)
        }
    }
}

/// How far a window's samples are from its edges, and how far an extrapolation goes there: all the way where a sample
/// lies near, else half a gap. Seconds.
internal struct PromExtrapolation {
    internal let sampled: Double
    internal let toStart: Double
    internal let toEnd: Double

    /// Of two samples or more.
    @inline(__always)
    internal init(_ times: borrowing Span<Int64>, _ window: Range<Int>, start: Int64, end: Int64) {
        let (low, last) = (window.lowerBound, window.upperBound - 1)
        sampled = Double(times[last] - times[low]) / 1000
        let average = sampled / Double(last - low)
        let threshold = average * 1.1
        let (before, behind) = (Double(times[low] - start) / 1000, Double(end - times[last]) / 1000)
        toStart = before >= threshold ? average / 2 : before
        toEnd = behind >= threshold ? average / 2 : behind
    }

    @inline(__always)
    internal func factor(toStart: Double, _ function: PromWindowFunction, seconds: Double) -> Double {
        let factor = (sampled + toStart + toEnd) / sampled
        return function == .rate ? factor / seconds : factor
    }
}

/// Counters that say when they started: a start after the sample before is a reset that values alone need not show.
extension PromWindowFunction {
    internal var usesStart: Bool { self == .rate || self == .increase || self == .irate || self == .resets }

    /// irate and resets.
    internal func value(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, started: borrowing Span<Int64>,
        _ window: Range<Int>, _ overlaps: inout Bool
    ) -> Double? {
        let (low, last) = (window.lowerBound, window.upperBound - 1)
        guard last >= low else { return nil }
        var resets = 0.0
        var endsWithReset = false
        for i in window.dropFirst() {
            endsWithReset =
                values[i] < values[i - 1]
                || PromCounterStart.isReset(started[i], times[i], after: started[i - 1], times[i - 1])
            if endsWithReset { resets += 1 }
            if self == .irate, PromCounterStart.overlaps(started[i], after: started[i - 1], times[i - 1]) {
                overlaps = true
            }
        }
        if self == .resets { return resets }
        guard last > low, times[last] > times[last - 1] else { return nil }
        let step = endsWithReset ? values[last] : values[last] - values[last - 1]
        return step / (Double(times[last] - times[last - 1]) / 1000)
    }
}

/// Counters that say when they started: a start within the window is a zero of its own, and a start after the sample
/// before is a reset that values alone need not show.
extension PromWindowFunction {
    internal var usesStart: Bool { self == .rate || self == .increase || self == .irate || self == .resets }

    internal func value(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, started: borrowing Span<Int64>,
        _ window: Range<Int>, start: Int64, end: Int64, _ overlaps: inout Bool
    ) -> Double? {
        let (low, last) = (window.lowerBound, window.upperBound - 1)
        guard last >= low else { return nil }

        func isReset(_ i: Int, _ times: borrowing Span<Int64>, _ started: borrowing Span<Int64>) -> Bool {
            PromCounterStart.isReset(started[i], times[i], after: started[i - 1], times[i - 1])
        }

        if self != .resets {
            for i in window.dropFirst()
            where PromCounterStart.overlaps(started[i], after: started[i - 1], times[i - 1]) {
                overlaps = true
            }
        }
        if self == .irate {
            guard last > low, times[last] > times[last - 1] else { return nil }
            let restarts = values[last] < values[last - 1] || isReset(last, times, started)
            let step = restarts ? values[last] : values[last] - values[last - 1]
            return step / (Double(times[last] - times[last - 1]) / 1000)
        }
        if self == .resets {
            var count = 0.0
            for i in window.dropFirst() where values[i] < values[i - 1] || isReset(i, times, started) { count += 1 }
            return count
        }
        let begins = PromCounterStart.isWithin(started[low], after: start, before: times[low])
        guard last > low || begins else { return nil }
        var result = values[last] - (begins ? 0 : values[low])
        for i in window.dropFirst() where values[i] < values[i - 1] || isReset(i, times, started) {
            result += values[i - 1]
        }
        let sampled = Double(times[last] - (begins ? started[low] : times[low])) / 1000
        let average = Double(times[last] - times[low]) / 1000 / Double(last - low)
        var toStart = begins ? 0 : Double(times[low] - start) / 1000
        var toEnd = last > low ? Double(end - times[last]) / 1000 : 0
        if toStart >= average * 1.1 { toStart = average / 2 }
        if !begins, result > 0, values[low] >= 0 {
            let toZero = sampled * (values[low] / result)
            if toZero < toStart { toStart = toZero }
        }
        if toEnd >= average * 1.1 { toEnd = average / 2 }
        let whole = result * ((sampled + toStart + toEnd) / sampled)
        return self == .rate ? whole / (Double(end - start) / 1000) : whole
    }
}

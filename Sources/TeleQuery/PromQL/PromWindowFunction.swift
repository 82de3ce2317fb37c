internal import TeleQL

/// The functions of one window of float samples. All are given the samples `low..<high` of a series, and the window
/// `(start, end]` in milliseconds; nil where the window has too few samples.
internal enum PromWindowFunction: String {
    case rate, increase, delta, irate, idelta, resets, changes, deriv
    case predictLinear = "predict_linear"
    case sum = "sum_over_time"
    case avg = "avg_over_time"
    case min = "min_over_time"
    case max = "max_over_time"
    case count = "count_over_time"
    case last = "last_over_time"
    case first = "first_over_time"
    case present = "present_over_time"
    case stddev = "stddev_over_time"
    case stdvar = "stdvar_over_time"
    case quantile = "quantile_over_time"
    case mad = "mad_over_time"
    case timeOfFirst = "ts_of_first_over_time"
    case timeOfLast = "ts_of_last_over_time"
    case timeOfMax = "ts_of_max_over_time"
    case timeOfMin = "ts_of_min_over_time"
    case smoothing = "double_exponential_smoothing"

    internal var keepsName: Bool { self == .last || self == .first }
    internal var isCounter: Bool { self == .rate || self == .increase }
    /// Functions of floats alone; the rest know histograms or refuse a mix of both.
    internal var ignoresHistograms: Bool {
        switch self {
        case .min, .max, .stddev, .stdvar, .quantile, .mad, .deriv, .predictLinear, .smoothing, .timeOfMin, .timeOfMax:
            true
        default: false
        }
    }
    /// rate, increase and delta guess what lies between the samples and the window's edges.
    internal var extrapolates: Bool { self == .rate || self == .increase || self == .delta }

    /// `now`: the evaluation time, whatever `@` and `offset` say; `parameter`: quantile's, predict_linear's seconds,
    /// smoothing's factor; `other`: the trend factor.
    internal func value(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, _ window: Range<Int>, start: Int64,
        end: Int64, now: Int64, _ parameter: Double, _ other: Double
    ) -> Double? {
        let (low, last) = (window.lowerBound, window.upperBound - 1)
        guard !window.isEmpty else { return nil }
        switch self {
        case .rate, .increase, .delta:
            let resets = isCounter ? window.dropFirst().filter { values[$0] < values[$0 - 1] } : []
            return extrapolated(times, values, window, start, end, begin: 0, resets: resets.span)
        case .irate, .idelta: return instantaneous(times, values, window)
        case .resets, .changes: return transitions(values, window)
        case .deriv, .predictLinear:
            guard window.count > 1 else { return nil }
            let (slope, intercept) = PromWindowFunction.regression(
                times, values, window, at: self == .deriv ? times[low] : now)
            return self == .deriv ? slope : slope * parameter + intercept
        case .sum: return PromWindowFunction.sum(values, window)
        case .avg: return PromWindowFunction.average(values, window)
        case .min, .max, .timeOfMin, .timeOfMax: return extreme(times, values, window)
        case .count: return Double(window.count)
        case .last: return values[last]
        case .first: return values[low]
        case .present: return 1
        case .stdvar: return PromWindowFunction.variance(values, window)
        case .stddev: return PromWindowFunction.variance(values, window).squareRoot()
        case .quantile:
            var sorted = PromWindowFunction.copy(values, window)
            return PromStatistics.quantile(parameter, &sorted)
        case .mad:
            var sorted = PromWindowFunction.copy(values, window)
            if sorted.contains(where: \.isNaN) { return .nan }
            let median = PromStatistics.quantile(0.5, &sorted)
            var distances = sorted.map { ($0 - median).magnitude }
            return PromStatistics.quantile(0.5, &distances)
        case .timeOfFirst: return Double(times[low]) / 1000
        case .timeOfLast: return Double(times[last]) / 1000
        case .smoothing: return smoothed(values, window, parameter, other)
        }
    }

    private static func copy(_ values: borrowing Span<Double>, _ window: Range<Int>) -> [Double] {
        var out: [Double] = []
        out.reserveCapacity(window.count)
        for i in window { out.append(values[i]) }
        return out
    }

    /// As Prometheus extrapolates: to the window's edges where samples lie near them, else by half a gap, and a counter
    /// never below zero.
    ///
    /// `begin`: when the counter of the window's first sample started (0 unknown); within the window it is a sample of 0.
    /// `resets`: the indexes at which the series falls within the window.
    internal func extrapolated(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, _ window: Range<Int>, _ start: Int64,
        _ end: Int64, begin: Int64, resets: borrowing Span<Int>
    ) -> Double? {
        let (low, last) = (window.lowerBound, window.upperBound - 1)
        let seconds = Double(end - start) / 1000
        if PromCounterStart.isWithin(begin, after: start, before: times[low]) {
            // Nothing lies before the start, and one sample is enough.
            var result = values[last]
            for i in 0..<resets.count { result += values[resets[i] - 1] }
            let sampled = Double(times[last] - begin) / 1000
            let toEnd = last > low ? PromExtrapolation(times, window, start: start, end: end).toEnd : 0
            let whole = result * ((sampled + toEnd) / sampled)
            return self == .rate ? whole / seconds : whole
        }
        guard last > low else { return nil }
        var result = values[last] - values[low]
        for i in 0..<resets.count { result += values[resets[i] - 1] }
        let gaps = PromExtrapolation(times, window, start: start, end: end)
        var toStart = gaps.toStart
        if isCounter, result > 0, values[low] >= 0 {
            let toZero = gaps.sampled * (values[low] / result)
            if toZero < toStart { toStart = toZero }
        }
        return result * gaps.factor(toStart: toStart, self, seconds: seconds)
    }

    private func instantaneous(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, _ window: Range<Int>
    ) -> Double? {
        let last = window.upperBound - 1
        guard window.count > 1 else { return nil }
        let isReset = self == .irate && values[last] < values[last - 1]
        let difference = isReset ? values[last] : values[last] - values[last - 1]
        let interval = times[last] - times[last - 1]
        if interval == 0 { return nil }
        return self == .irate ? difference / (Double(interval) / 1000) : difference
    }

    private func transitions(_ values: borrowing Span<Double>, _ window: Range<Int>) -> Double {
        var count = 0
        var previous = values[window.lowerBound]
        for i in window.dropFirst() {
            let value = values[i]
            if self == .resets {
                if value < previous { count += 1 }
            } else if value != previous, !(value.isNaN && previous.isNaN) {
                count += 1
            }
            previous = value
        }
        return Double(count)
    }

    private func extreme(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, _ window: Range<Int>
    ) -> Double {
        let wantsMax = self == .max || self == .timeOfMax
        var best = window.lowerBound
        let takesTies = self == .timeOfMax || self == .timeOfMin
        for i in window.dropFirst() {
            let (value, now) = (values[i], values[best])
            if (wantsMax ? value > now : value < now) || now.isNaN || (takesTies && value == now) { best = i }
        }
        return takesTies ? Double(times[best]) / 1000 : values[best]
    }

    /// Neumaier's compensated sum.
    internal static func sum(_ values: borrowing Span<Double>, _ window: Range<Int>) -> Double {
        var sum = PromSum()
        for i in window { sum.add(values[i]) }
        return sum.value
    }

    internal static func average(_ values: borrowing Span<Double>, _ window: Range<Int>) -> Double {
        var mean = PromMean()
        for i in window { mean.add(values[i]) }
        return mean.value
    }

    internal static func variance(_ values: borrowing Span<Double>, _ window: Range<Int>) -> Double {
        var variance = PromVariance()
        for i in window { variance.add(values[i]) }
        return variance.value
    }

    /// Least squares over seconds from `at`.
    internal static func regression(
        _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, _ window: Range<Int>, at: Int64
    ) -> (slope: Double, intercept: Double) {
        var (sumX, sumY, sumXY, sumX2) = (PromSum(), PromSum(), PromSum(), PromSum())
        let first = values[window.lowerBound]
        var isConstant = true
        for i in window {
            let value = values[i]
            if value != first { isConstant = false }
            let x = Double(times[i] - at) / 1000
            sumX.add(x)
            sumY.add(value)
            sumXY.add(x * value)
            sumX2.add(x * x)
        }
        if isConstant { return first.isInfinite ? (.nan, .nan) : (0, first) }
        let n = Double(window.count)
        let covariance = sumXY.value - sumX.value * sumY.value / n
        let variance = sumX2.value - sumX.value * sumX.value / n
        let slope = covariance / variance
        return (slope, sumY.value / n - slope * sumX.value / n)
    }

    private func smoothed(
        _ values: borrowing Span<Double>, _ window: Range<Int>, _ factor: Double, _ trendFactor: Double
    ) -> Double? {
        guard window.count > 1 else { return nil }
        let low = window.lowerBound
        var previous = 0.0
        var current = values[low]
        var trend = values[low + 1] - values[low]
        for i in window.dropFirst() {
            let scaled = factor * values[i]
            if i > low + 1 { trend = trendFactor * (current - previous) + (1 - trendFactor) * trend }
            let next = scaled + (1 - factor) * (current + trend)
            previous = current
            current = next
        }
        return current
    }
}

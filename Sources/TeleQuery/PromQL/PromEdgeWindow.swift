internal import TeleQL

/// A window whose edges get values of their own instead of an extrapolation.
internal struct PromEdgeWindow {
    internal var times: [Int64]
    internal var values: [Double]
    internal var start: Int64
    internal var end: Int64
    internal var lookback: Int64
    internal var isSmoothed: Bool
    internal var isCounter: Bool

    internal func value(_ function: PromWindowFunction) -> Double? {
        // The last sample at or before an edge, and the first one after.
        func before(_ edge: Int64) -> Int? {
            var found: Int?
            for i in times.indices where times[i] <= edge { found = i }
            return found
        }
        guard let lastInside = isSmoothed ? (times.indices.last { times[$0] <= end + lookback }) : before(end),
            times[lastInside] > start - lookback
        else { return nil }
        var inner: [Double] = []
        let first = before(start).flatMap { times[$0] > start - lookback ? $0 : nil }
        let insideRange = times.indices.filter { times[$0] > start && times[$0] <= end }
        if !isSmoothed, insideRange.isEmpty { return nil }
        let after = times.indices.first { times[$0] > end && times[$0] <= end + lookback }
        if isSmoothed {
            guard
                let from = edge(start, first, times.indices.first { times[$0] > start && times[$0] <= end + lookback }),
                let to = edge(end, before(end).flatMap { times[$0] > start - lookback ? $0 : nil }, after)
            else { return nil }
            inner = [from] + insideRange.map { values[$0] } + [to]
        } else {
            guard let anchor = first ?? insideRange.first else { return nil }
            inner = [values[anchor]] + insideRange.map { values[$0] }
        }
        guard let low = inner.first, let high = inner.last else { return nil }
        switch function {
        case .changes: return Double(zip(inner, inner.dropFirst()).filter { $0 != $1 && !($0.isNaN && $1.isNaN) }.count)
        case .resets: return Double(zip(inner, inner.dropFirst()).filter { $1 < $0 }.count)
        default: break
        }
        var result = high - low
        if isCounter { for (a, b) in zip(inner, inner.dropFirst()) where b < a { result += a } }
        return function == .rate ? result / (Double(end - start) / 1000) : result
    }

    /// The value at an edge, on the line between the samples around it; a counter that was reset begins at 0.
    private func edge(_ time: Int64, _ before: Int?, _ after: Int?) -> Double? {
        guard let before else { return after.map { values[$0] } }
        guard let after, times[before] != time else { return values[before] }
        var (low, high) = (values[before], values[after])
        if isCounter, high < low { low = 0 }
        let share = Double(time - times[before]) / Double(times[after] - times[before])
        high = low + (high - low) * share
        return high
    }
}

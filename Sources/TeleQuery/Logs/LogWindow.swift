import TeleModel
import TeleQL

/// What the unwrapped values of one window come to, oldest first.
enum LogWindow {
    /// `times` are those of the values, unix nanoseconds, within `(start, end]`.
    static func value(
        _ operation: LogQLRangeOperation, _ parameter: Double?, _ values: ArraySlice<Double>, times: ArraySlice<Int64>,
        start: Int64, end: Int64
    ) -> Double {
        let seconds = LogWindow.seconds(start, end)
        let count = Double(values.count)
        switch operation {
        case .sumOverTime: return values.reduce(0, +)
        case .rate: return values.reduce(0, +) / seconds
        case .avgOverTime: return values.reduce(0, +) / count
        case .minOverTime: return values.dropFirst().reduce(values.first ?? .nan) { $1 < $0 || $0.isNaN ? $1 : $0 }
        case .maxOverTime: return values.dropFirst().reduce(values.first ?? .nan) { $1 > $0 || $0.isNaN ? $1 : $0 }
        case .firstOverTime: return values.first ?? .nan
        case .lastOverTime: return values.last ?? .nan
        case .stdvarOverTime: return variance(values)
        case .stddevOverTime: return variance(values).squareRoot()
        case .quantileOverTime: return quantile(parameter ?? 0, values)
        case .rateCounter: return counterIncrease(values, times, start, end) / seconds
        case .countOverTime, .bytesOverTime, .bytesRate, .absentOverTime: return count
        }
    }

    static func variance(_ values: ArraySlice<Double>) -> Double {
        var mean = 0.0
        var sum = 0.0
        var count = 0.0
        for value in values {
            count += 1
            let delta = value - mean
            mean += delta / count
            sum += delta * (value - mean)
        }
        return count > 0 ? sum / count : .nan
    }

    /// Linear between the two nearest ranks, as in PromQL.
    static func quantile(_ q: Double, _ values: ArraySlice<Double>) -> Double {
        guard !values.isEmpty, !q.isNaN else { return .nan }
        if q < 0 { return -.infinity }
        if q > 1 { return .infinity }
        let sorted = values.sorted()
        let rank = q * Double(sorted.count - 1)
        let low = Int(rank.rounded(.down))
        let high = min(low + 1, sorted.count - 1)
        let weight = rank - Double(low)
        return sorted[low] * (1 - weight) + sorted[high] * weight
    }

    private static func seconds(_ from: Int64, _ to: Int64) -> Double { Double(to.subtractingSaturated(from)) / 1e9 }

    /// A fall of a counter is a reset: it counts from zero again. The increase is extrapolated to the ends of the window
    /// as Prometheus does: by what is missing, or half of the usual distance where more than that is missing, and never
    /// to before the counter was zero.
    private static func counterIncrease(
        _ values: ArraySlice<Double>, _ times: ArraySlice<Int64>, _ start: Int64, _ end: Int64
    ) -> Double {
        guard values.count > 1, let first = values.first, let last = values.last, let from = times.first,
            let to = times.last
        else { return 0 }
        var increase = last - first
        var previous = first
        for value in values {
            if value < previous { increase += previous }
            previous = value
        }
        let sampled = seconds(from, to)
        guard sampled > 0 else { return 0 }
        let distance = sampled / Double(values.count - 1)
        var before = seconds(start, from)
        if increase > 0, first >= 0 { before = min(before, sampled * first / increase) }
        let after = seconds(to, end)
        let limit = distance * 1.1
        let covered = sampled + (before < limit ? before : distance / 2) + (after < limit ? after : distance / 2)
        return increase * (covered / sampled)
    }
}

import TeleQL

/// What the unwrapped values of one window come to, oldest first.
enum LogWindow {
    static func value(
        _ operation: LogQLRangeOperation, _ parameter: Double?, _ values: ArraySlice<Double>, seconds: Double
    ) -> Double {
        let count = Double(values.count)
        switch operation {
        case .sumOverTime: return values.reduce(0, +)
        case .rate: return values.reduce(0, +) / seconds
        case .avgOverTime: return values.reduce(0, +) / count
        case .minOverTime: return values.reduce(.infinity) { $1 < $0 || $0.isNaN ? $1 : $0 }
        case .maxOverTime: return values.reduce(-.infinity) { $1 > $0 || $0.isNaN ? $1 : $0 }
        case .firstOverTime: return values.first ?? .nan
        case .lastOverTime: return values.last ?? .nan
        case .stdvarOverTime: return variance(values)
        case .stddevOverTime: return variance(values).squareRoot()
        case .quantileOverTime: return quantile(parameter ?? 0, values)
        case .rateCounter: return counterIncrease(values) / seconds
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

    /// A fall of a counter is a reset: it counts from zero again.
    private static func counterIncrease(_ values: ArraySlice<Double>) -> Double {
        guard let first = values.first, let last = values.last else { return 0 }
        var resets = 0.0
        var previous = first
        for value in values {
            if value < previous { resets += previous }
            previous = value
        }
        return last - first + resets
    }
}

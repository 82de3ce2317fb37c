/// Neumaier's compensated sum, as Prometheus sums.
internal struct PromSum {
    private var sum = 0.0
    private var compensation = 0.0

    internal mutating func add(_ value: Double) {
        let total = sum + value
        if total.isInfinite {
            compensation = 0
        } else if sum.magnitude >= value.magnitude {
            compensation += (sum - total) + value
        } else {
            compensation += (value - total) + sum
        }
        sum = total
    }

    internal var value: Double { sum.isInfinite ? sum : sum + compensation }
    internal var raw: Double { sum }
}

/// The mean by sum and count, and by steps once the sum is out of range.
internal struct PromMean {
    private var sum = 0.0
    private var compensation = 0.0
    private var mean = 0.0
    private var count = 0.0
    private var isIncremental = false

    internal mutating func add(_ value: Double) {
        count += 1
        if !isIncremental {
            let (next, carry) = PromMean.step(value, sum, compensation)
            if count == 1 || !next.isInfinite {
                (sum, compensation) = (next, carry)
                return
            }
            isIncremental = true
            mean = sum / (count - 1)
            compensation /= count - 1
        }
        if mean.isInfinite {
            // Infinities of one sign stay; of both signs are NaN by the addition below.
            if value.isInfinite, (mean > 0) == (value > 0) { return }
            if value.isFinite { return }
        }
        let weight = (count - 1) / count
        (mean, compensation) = PromMean.step(value / count, weight * mean, weight * compensation)
    }

    private static func step(_ value: Double, _ sum: Double, _ compensation: Double) -> (Double, Double) {
        let total = sum + value
        if total.isInfinite { return (total, 0) }
        let low = sum.magnitude >= value.magnitude ? (sum - total) + value : (value - total) + sum
        return (total, compensation + low)
    }

    internal var value: Double { isIncremental ? mean + compensation : sum / count + compensation / count }
}

/// Welford's variance of a population.
internal struct PromVariance {
    private var count = 0.0
    private var mean = PromSum()
    private var squares = PromSum()

    internal mutating func add(_ value: Double) {
        count += 1
        let delta = value - mean.value
        mean.add(delta / count)
        squares.add(delta * (value - mean.value))
    }

    internal var value: Double { squares.value / count }
}

internal enum PromStatistics {
    /// The quantile between the two nearest ranks; sorts the values (NaN first).
    internal static func quantile(_ q: Double, _ values: inout [Double]) -> Double {
        if values.isEmpty || q.isNaN { return .nan }
        if q < 0 { return -.infinity }
        if q > 1 { return .infinity }
        if values.contains(where: \.isNaN) {
            values.sort { $0 < $1 || ($0.isNaN && !$1.isNaN) }
        } else {
            values.sort()
        }
        let rank = q * Double(values.count - 1)
        let low = Int(max(0, rank.rounded(.down)))
        let high = min(values.count - 1, low + 1)
        let weight = rank - rank.rounded(.down)
        return values[low] * (1 - weight) + values[high] * weight
    }
}

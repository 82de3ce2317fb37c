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

    /// Adds another sum with what it has lost.
    internal mutating func add(_ other: PromSum) {
        add(other.sum)
        if !sum.isInfinite { compensation += other.compensation }
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
    /// The quantile between the two nearest ranks; NaN is the least of all. Changes the order of the values.
    internal static func quantile(_ q: Double, _ values: inout [Double]) -> Double {
        quantile(q, &values, values.indices)
    }

    internal static func quantile(_ q: Double, _ values: inout [Double], _ range: Range<Int>) -> Double {
        if range.isEmpty || q.isNaN { return .nan }
        if q < 0 { return -.infinity }
        if q > 1 { return .infinity }
        var first = range.lowerBound
        for i in range where values[i].isNaN {
            values.swapAt(i, first)
            first += 1
        }
        let rank = q * Double(range.count - 1)
        let low = range.lowerBound + Int(max(0, rank.rounded(.down)))
        let high = min(range.upperBound - 1, low + 1)
        let weight = rank - rank.rounded(.down)
        if low >= first { select(low, &values, first..<range.upperBound) }
        // The next rank is the least of those behind.
        if high > low, high >= first {
            var least = high
            for i in high..<range.upperBound where values[i] < values[least] { least = i }
            values.swapAt(high, least)
        }
        return values[low] * (1 - weight) + values[high] * weight
    }

    /// Quickselect (Hoare): puts the value of a rank to its place, none greater before it, none less behind it.
    private static func select(_ rank: Int, _ values: inout [Double], _ range: Range<Int>) {
        var (low, high) = (range.lowerBound, range.upperBound - 1)
        var rounds = 0
        while low < high {
            rounds += 1
            if rounds > 64 {
                // Unlucky, or made to be so: sort what is left.
                values[low...high].sort()
                return
            }
            let middle = low + (high - low) / 2
            let (a, b, c) = (values[low], values[middle], values[high])
            let pivot = max(min(a, b), min(max(a, b), c))
            var (i, j) = (low, high)
            while i <= j {
                while values[i] < pivot { i += 1 }
                while values[j] > pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if rank <= j { high = j } else if rank >= i { low = i } else { return }
        }
    }
}

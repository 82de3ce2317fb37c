internal import TeleModel

extension NativeHistogram {
    /// The bounds within which a bucket's observations are taken to lie.
    private func span(_ bucket: Bucket) -> (lower: Double, upper: Double) {
        var (lower, upper) = (bucket.lower, bucket.upper)
        if isCustom {
            if lower == -.infinity, upper > 0 { lower = 0 }
        } else if lower < 0, upper > 0 {
            if negative.isEmpty, !positive.isEmpty { lower = 0 }
            if positive.isEmpty, !negative.isEmpty { upper = 0 }
        }
        return (lower, upper)
    }

    /// The value below which a share of the bucket's observations lies: on a line for custom and zero buckets, else on
    /// an exponential curve.
    private func value(at share: Double, _ lower: Double, _ upper: Double) -> Double {
        if isCustom || (lower <= 0 && upper >= 0) { return lower + (upper - lower) * share }
        let (logLower, logUpper) = (
            PromExponent.logarithm(lower.magnitude), PromExponent.logarithm(upper.magnitude)
        )
        if lower > 0 { return PromExponent.two(to: logLower + (logUpper - logLower) * share) }
        return -PromExponent.two(to: logUpper + (logLower - logUpper) * (1 - share))
    }

    internal func quantile(_ q: Double) -> Double {
        if q < 0 { return -.infinity }
        if q > 1 { return .infinity }
        let buckets = buckets
        if count == 0 || q.isNaN || buckets.isEmpty { return .nan }
        var rank: Double
        var seen = 0.0
        var found = buckets[0]
        let isForward = sum.isNaN || q < 0.5
        rank = isForward ? q * count : (1 - q) * count
        for bucket in isForward ? buckets : buckets.reversed() {
            found = bucket
            seen += bucket.count
            if seen >= rank { break }
        }
        if isCustom {
            if found.lower == -.infinity, found.upper <= 0 { return found.upper }
            if found.upper == .infinity { return found.lower }
        }
        let (lower, upper) = span(found)
        if seen < rank { return sum.isNaN ? .nan : isForward ? upper : lower }
        rank = isForward ? rank - (seen - found.count) : seen - rank
        return value(at: rank / found.count, lower, upper)
    }

    internal func fraction(_ low: Double, _ high: Double) -> Double {
        if count == 0 || low.isNaN || high.isNaN { return .nan }
        if low >= high { return 0 }
        let buckets = buckets
        return (rank(high, buckets) - rank(low, buckets)) / count
    }

    private func rank(_ value: Double, _ buckets: [Bucket]) -> Double {
        var before = 0.0
        for bucket in buckets {
            let (lower, upper) = span(bucket)
            if lower >= value { return before }
            if value < upper {
                if lower.isInfinite { return before + bucket.count }
                if upper.isInfinite { return before }
                return before + bucket.count * share(of: value, lower, upper)
            }
            before += bucket.count
        }
        return before
    }

    internal func share(of value: Double, _ lower: Double, _ upper: Double) -> Double {
        if isCustom || (lower <= 0 && upper >= 0) { return (value - lower) / (upper - lower) }
        let logLower = PromExponent.logarithm(lower.magnitude)
        let logUpper = PromExponent.logarithm(upper.magnitude)
        let logValue = PromExponent.logarithm(value.magnitude)
        return (logValue - logLower) / (logUpper - logLower)
    }

    /// The variance with every observation in the (geometric, for custom bounds arithmetic) middle of its bucket.
    internal var variance: Double {
        let mean = sum / count
        var total = PromSum()
        for bucket in buckets {
            var middle: Double
            if isCustom {
                let (lower, upper) = span(bucket)
                middle = lower.isInfinite ? upper : upper.isInfinite ? lower : (lower + upper) / 2
            } else if bucket.lower <= 0, bucket.upper >= 0 {
                middle = 0
            } else {
                middle = (bucket.lower * bucket.upper).squareRoot()
                if bucket.upper < 0 { middle = -middle }
            }
            let distance = middle - mean
            total.add(bucket.count * distance * distance)
        }
        return total.value / count
    }
}

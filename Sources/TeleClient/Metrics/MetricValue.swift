/// What a series has added up.
enum MetricValue: Sendable {
    case int(Int64)
    case double(Double)
    case explicit(ExplicitHistogram)
    case exponential(ExponentialHistogram)

    /// Counters only go up: what is negative or no number is ignored, and the top is a wall.
    mutating func add(_ amount: Int64) {
        guard amount > 0 else { return }
        switch self {
        case .int(let value):
            let (sum, overflow) = value.addingReportingOverflow(amount)
            self = .int(overflow ? .max : sum)
        default: add(Double(amount), signed: false)
        }
    }

    mutating func add(_ amount: Double, signed: Bool) {
        guard amount.isFinite, signed || amount > 0 else { return }
        switch self {
        case .int(let value): self = .double(Double(value) + amount)
        case .double(let value): self = .double(value + amount)
        default: break
        }
    }

    /// - Returns: the bucket that took it.
    mutating func record(_ value: Double) -> Int {
        if var histogram = takeExplicit() {
            let bucket = histogram.record(value)
            self = .explicit(histogram)
            return bucket
        }
        if var histogram = takeExponential() {
            histogram.record(value)
            self = .exponential(histogram)
            // A power of two is as near as anybody looks.
            return value.isNormal ? Int(value.exponent) : .min
        }
        self = .double(value)
        return 0
    }

    // Taken out and put back, so that the arrays inside are changed in place. Not inlined: the optimizer keeps what a
    // pattern has bound alive in both places, and each record would copy the counts.

    @inline(never)
    private mutating func takeExplicit() -> ExplicitHistogram? {
        guard case .explicit(let histogram) = self else { return nil }
        self = .int(0)
        return histogram
    }

    @inline(never)
    private mutating func takeExponential() -> ExponentialHistogram? {
        guard case .exponential(let histogram) = self else { return nil }
        self = .int(0)
        return histogram
    }

    /// Nothing counted yet, of the same shape.
    mutating func clear() {
        switch self {
        case .int: self = .int(0)
        case .double: self = .double(0)
        case .explicit(var histogram):
            self = .int(0)
            histogram.clear()
            self = .explicit(histogram)
        case .exponential(let histogram):
            self = .exponential(ExponentialHistogram(maxBuckets: histogram.maxBuckets))
        }
    }
}

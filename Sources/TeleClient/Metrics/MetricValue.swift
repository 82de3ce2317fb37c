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
        // Taken out and put back, so that the arrays inside are changed in place.
        switch self {
        case .explicit(var histogram):
            self = .int(0)
            let bucket = histogram.record(value)
            self = .explicit(histogram)
            return bucket
        case .exponential(var histogram):
            self = .int(0)
            histogram.record(value)
            self = .exponential(histogram)
            // A power of two is as near as anybody looks.
            return value.isNormal ? Int(value.exponent) : .min
        default:
            self = .double(value)
            return 0
        }
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

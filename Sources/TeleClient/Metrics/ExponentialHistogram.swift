#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// OTLP's exponential histogram: at scale s, bucket i holds values in (b^i, b^(i+1)] with b = 2^(2^-s). It starts at
/// the finest scale and halves it whenever a sign would need more than `maxBuckets`.
struct ExponentialHistogram: Sendable {
    private(set) var scale = Self.finest
    private(set) var positive: ExponentialBuckets
    private(set) var negative: ExponentialBuckets
    private(set) var zeroCount: UInt64 = 0
    private(set) var summary = HistogramSummary()

    /// As it was asked for.
    let maxBuckets: Int

    static let finest = 20

    init(maxBuckets: Int) {
        self.maxBuckets = maxBuckets
        let size = min(max(2, maxBuckets), 1_024)
        positive = ExponentialBuckets(size: size)
        negative = ExponentialBuckets(size: size)
    }

    /// What is no finite number is ignored.
    mutating func record(_ value: Double) {
        guard value.isFinite else { return }
        summary.record(value)
        // Subnormal numbers have no bucket of their own.
        guard value.magnitude >= Double.leastNormalMagnitude else {
            zeroCount &+= 1
            return
        }
        let index = Self.index(value.magnitude, scale: scale)
        let steps = value > 0 ? positive.stepsToHold(index) : negative.stepsToHold(index)
        if steps > 0 {
            scale -= steps
            positive.coarsen(steps)
            negative.coarsen(steps)
        }
        if value > 0 { positive.add(index >> steps) } else { negative.add(index >> steps) }
    }

    /// The bucket of a normal, positive number. Powers of two are exact; else the logarithm's rounding may put a value
    /// that lies within an ulp of a bound beside it, which the format allows.
    static func index(_ value: Double, scale: Int) -> Int {
        let isPower = value.significandBitPattern == 0
        let exponent = Int(value.exponent)
        if scale <= 0 { return (isPower ? exponent - 1 : exponent) >> -scale }
        if isPower { return (exponent << scale) - 1 }
        let position = Int(
            (log2(value.significand) * Double(sign: .plus, exponent: scale, significand: 1)).rounded(.up))
        return (exponent << scale) + min(max(position - 1, 0), (1 << scale) - 1)
    }
}

/// The buckets of one sign: `counts[0]` is bucket `offset`.
struct ExponentialBuckets: Sendable {
    private(set) var offset = 0
    private(set) var counts: [UInt64] = []
    private let size: Int

    init(size: Int) { self.size = size }

    /// How often the scale must be halved until `index` fits beside what is there.
    func stepsToHold(_ index: Int) -> Int {
        guard !counts.isEmpty else { return 0 }
        var low = min(offset, index)
        var high = max(offset + counts.count - 1, index)
        var steps = 0
        while high - low >= size {
            low >>= 1
            high >>= 1
            steps += 1
        }
        return steps
    }

    mutating func coarsen(_ steps: Int) {
        guard !counts.isEmpty else { return }
        let low = offset >> steps
        var coarse = [UInt64](repeating: 0, count: ((offset + counts.count - 1) >> steps) - low + 1)
        for (i, count) in counts.enumerated() { coarse[((offset + i) >> steps) - low] &+= count }
        (offset, counts) = (low, coarse)
    }

    mutating func add(_ index: Int) {
        if counts.isEmpty { (offset, counts) = (index, [0]) }
        if index < offset {
            counts.insert(contentsOf: repeatElement(0, count: offset - index), at: 0)
            offset = index
        }
        while index >= offset + counts.count { counts.append(0) }
        counts[index - offset] &+= 1
    }
}

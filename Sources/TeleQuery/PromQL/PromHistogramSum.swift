internal import TeleModel

/// The sum of several native histograms: every bucket with Neumaier's compensation, in the coarsest of the resolutions,
/// the widest of the zero buckets, or the custom bounds that all have.
internal struct PromHistogramSum {
    internal var value: NativeHistogram
    /// The custom bounds differed, and those not common to all are gone.
    internal var isReconciled = false
    /// One histogram is known to begin anew, another is known not to.
    internal var hasConflictingResets = false

    /// nil where some have custom bounds and some have not.
    internal static func total(_ list: [NativeHistogram], weight: Double = 1) -> PromHistogramSum? {
        guard let first = list.first, list.allSatisfy({ $0.isCustom == first.isCustom }) else { return nil }
        var out = PromHistogramSum(value: NativeHistogram())
        out.value.schema = first.schema
        let aligned = first.isCustom ? out.alignBounds(list) : out.alignSchemas(list)
        out.joinHints(list)
        var (count, sum, zero) = (PromSum(), PromSum(), PromSum())
        var sides: [[Int: PromSum]] = [[:], [:]]
        for (histogram, buckets) in zip(list, aligned) {
            count.add(histogram.count * weight)
            sum.add(histogram.sum * weight)
            zero.add(buckets.zero * weight)
            for (index, value) in buckets.positive { sides[0][index, default: PromSum()].add(value * weight) }
            for (index, value) in buckets.negative { sides[1][index, default: PromSum()].add(value * weight) }
        }
        out.value.count = count.value
        out.value.sum = sum.value
        out.value.zeroCount = zero.value
        (out.value.positiveRuns, out.value.positive) = NativeHistogram.runs(sides[0].mapValues(\.value))
        (out.value.negativeRuns, out.value.negative) = NativeHistogram.runs(sides[1].mapValues(\.value))
        return out
    }

    /// The mean; where the sum is out of range, the sum of the shares.
    internal static func mean(_ list: [NativeHistogram]) -> PromHistogramSum? {
        guard list.count > 1, var out = total(list) else { return total(list) }
        let share = 1 / Double(list.count)
        if out.value.isOutOfRange { return total(list, weight: share) }
        out.value = out.value.divided(by: Double(list.count))
        return out
    }

    private struct Buckets {
        var zero = 0.0
        var positive: [Int: Double] = [:]
        var negative: [Int: Double] = [:]
    }

    private mutating func alignBounds(_ list: [NativeHistogram]) -> [Buckets] {
        value.bounds = list[0].bounds
        for other in list.dropFirst() where other.bounds != value.bounds {
            value.bounds = value.bounds.filter(other.bounds.contains)
            isReconciled = true
        }
        if list.contains(where: { $0.bounds != value.bounds }) { isReconciled = true }
        return list.map { Buckets(positive: $0.customCounts(value.bounds)) }
    }

    /// The wider zero bucket swallows what lies within it, and a bucket that it cuts whole, until all are as wide.
    private mutating func alignSchemas(_ list: [NativeHistogram]) -> [Buckets] {
        let schema = list.map(\.schema).min() ?? 0
        value.schema = schema
        var same = list.map { $0.coarsened(to: schema) }
        var width = same.map(\.zeroThreshold).max() ?? 0
        // Bounds only grow, and there are no more of them than buckets.
        while same.contains(where: { $0.zeroThreshold < width }) {
            same = same.map { $0.widened(to: width) }
            width = same.map(\.zeroThreshold).max() ?? width
        }
        value.zeroThreshold = width
        return same.map {
            Buckets(
                zero: $0.zeroCount, positive: $0.counts(positiveSide: true), negative: $0.counts(positiveSide: false))
        }
    }

    /// Gauges win; else what is not the same is not known.
    private mutating func joinHints(_ list: [NativeHistogram]) {
        var hint = list[0].resetHint
        for other in list.dropFirst() where other.resetHint != hint {
            if hint == NativeHistogram.gauge || other.resetHint == NativeHistogram.gauge {
                hint = NativeHistogram.gauge
            } else if hint == 0 || other.resetHint == 0 {
                hint = 0
            } else {
                hasConflictingResets = true
                hint = 0
            }
        }
        let known = Set(list.map(\.resetHint))
        if known.contains(1), known.contains(2) { hasConflictingResets = true }
        value.resetHint = hint
    }
}

extension NativeHistogram {
    fileprivate var isOutOfRange: Bool {
        count.isInfinite || sum.isInfinite || zeroCount.isInfinite || positive.contains(where: \.isInfinite)
            || negative.contains(where: \.isInfinite)
    }
}

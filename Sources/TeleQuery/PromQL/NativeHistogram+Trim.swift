internal import TeleModel

extension NativeHistogram {
    /// Without the observations above (`</`) or below (`>/`) a value: buckets that the value cuts keep the share that
    /// lies on the right side, and count and sum are worked out anew from what is left.
    internal func trimmed(at value: Double, keepsLower: Bool) -> NativeHistogram {
        if value.isNaN { return self }
        var out = self
        var isTrimmed = false
        var (total, sum) = (PromSum(), PromSum())

        func keep(_ lower: Double, _ upper: Double, _ count: Double) -> Double {
            if count == 0 { return 0 }
            let (kept, middle) = kept(of: count, lower, upper, at: value, keepsLower: keepsLower)
            if kept != count { isTrimmed = true }
            total.add(kept)
            if kept != 0 { sum.add(kept * middle) }
            return kept
        }

        if zeroCount != 0 {
            let lower = negative.isEmpty && !positive.isEmpty ? 0 : -zeroThreshold
            let upper = positive.isEmpty && !negative.isEmpty ? 0 : zeroThreshold
            out.zeroCount = keep(lower, upper, zeroCount)
        }
        var at = 0
        NativeHistogram.forEach(positiveRuns, positive) { index, count in
            out.positive[at] = keep(bound(index - 1), bound(index), count)
            at += 1
        }
        at = 0
        NativeHistogram.forEach(negativeRuns, negative) { index, count in
            out.negative[at] = keep(-bound(index), -bound(index - 1), count)
            at += 1
        }
        guard isTrimmed else { return self }
        out.count = total.value
        out.sum = sum.value
        return out
    }

    /// How much of a bucket is kept, and the value that stands for what is.
    private func kept(
        of count: Double, _ lower: Double, _ upper: Double, at value: Double, keepsLower: Bool
    ) -> (Double, middle: Double) {
        if value.isInfinite, (value > 0) == keepsLower { return (count, middle(lower, upper)) }
        if lower == -.infinity, upper == .infinity { return (0, 0) }
        if upper == .infinity {
            // The values within are not known: kept whole or not at all.
            if keepsLower || value == .infinity { return (0, 0) }
            return (count, max(lower, value))
        }
        var lower = lower
        if lower == -.infinity {
            if upper <= 0 {
                return keepsLower && value > -.infinity ? (count, min(upper, value)) : (0, 0)
            }
            if value < 0 { return (0, 0) }
            lower = 0
        }
        if keepsLower ? value >= upper : value <= lower { return (count, middle(lower, upper)) }
        if keepsLower ? value <= lower : value >= upper { return (0, 0) }
        let below = share(of: value, lower, upper)
        let isLinear = isCustom || (lower <= 0 && upper >= 0)
        return keepsLower
            ? (count * below, middle(lower, value, isLinear: isLinear))
            : (count * (1 - below), middle(value, upper, isLinear: isLinear))
    }

    /// The arithmetic middle within custom and zero buckets, else the geometric one.
    private func middle(_ lower: Double, _ upper: Double, isLinear: Bool = false) -> Double {
        if isLinear || isCustom || (lower <= 0 && upper >= 0) {
            if lower.isInfinite { return upper }
            return upper.isInfinite ? lower : (lower + upper) / 2
        }
        let root = (lower.magnitude * upper.magnitude).squareRoot()
        return upper < 0 ? -root : root
    }
}

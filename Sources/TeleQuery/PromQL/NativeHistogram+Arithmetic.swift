package import TeleModel

extension NativeHistogram {
    package func scaled(by factor: Double) -> NativeHistogram {
        var out = self
        out.zeroCount *= factor
        out.count *= factor
        out.sum *= factor
        for i in out.positive.indices { out.positive[i] *= factor }
        for i in out.negative.indices { out.negative[i] *= factor }
        if factor < 0 { out.resetHint = NativeHistogram.gauge }
        return out
    }

    internal static let gauge: UInt8 = 3
    internal var isGauge: Bool { resetHint == NativeHistogram.gauge }
    internal var isCustom: Bool { schema == -53 }

    /// Divided; by zero there are no buckets left to speak of.
    internal func divided(by divisor: Double) -> NativeHistogram {
        var out = scaled(by: 1 / divisor)
        out.count = count / divisor
        out.sum = sum / divisor
        out.zeroCount = zeroCount / divisor
        if divisor == 0 {
            (out.positiveRuns, out.positive) = ([], [])
            (out.negativeRuns, out.negative) = ([], [])
        }
        return out
    }

    /// Equal as PromQL's `==` sees it: whatever the layout of empty buckets, and whatever the reset hint.
    package func isSame(as other: NativeHistogram) -> Bool {
        schema == other.schema && bounds == other.bounds && zeroThreshold == other.zeroThreshold
            && zeroCount.bitPattern == other.zeroCount.bitPattern && count.bitPattern == other.count.bitPattern
            && sum.bitPattern == other.sum.bitPattern && counts(positiveSide: true) == other.counts(positiveSide: true)
            && counts(positiveSide: false) == other.counts(positiveSide: false)
    }

    /// The sum of two histograms, in the coarser of their resolutions; nil where one has custom bounds and the other
    /// has not.
    package func adding(_ other: NativeHistogram) -> NativeHistogram? { PromHistogramSum.total([self, other])?.value }

    internal func counts(positiveSide: Bool) -> [Int: Double] {
        var out: [Int: Double] = [:]
        NativeHistogram.forEach(positiveSide ? positiveRuns : negativeRuns, positiveSide ? positive : negative) {
            if $1 != 0 { out[$0, default: 0] += $1 }
        }
        return out
    }

    /// Counts by the index of the bucket of other bounds that takes each bucket whole.
    internal func customCounts(_ target: [Double]) -> [Int: Double] {
        var out: [Int: Double] = [:]
        NativeHistogram.forEach(positiveRuns, positive) { index, count in
            let upper = index >= 0 && index < bounds.count ? bounds[index] : .infinity
            out[target.firstIndex { $0 >= upper } ?? target.count, default: 0] += count
        }
        return out
    }

    internal static func runs(_ counts: [Int: Double]) -> ([Run], [Double]) {
        var runs: [Run] = []
        var values: [Double] = []
        var next = 0
        for index in counts.keys.sorted() {
            guard let count = counts[index] else { continue }
            if let last = runs.indices.last, index == next {
                runs[last].length += 1
            } else {
                runs.append(Run(offset: Int32(clamping: index - next), length: 1))
            }
            values.append(count)
            next = index + 1
        }
        return (runs, values)
    }

    internal func coarsened(to target: Int32) -> NativeHistogram {
        guard target < schema else { return self }
        let shift = Int(schema) - Int(target)
        func merge(_ side: Bool) -> ([Run], [Double]) {
            var out: [Int: Double] = [:]
            for (index, count) in counts(positiveSide: side) { out[((index - 1) >> shift) + 1, default: 0] += count }
            return NativeHistogram.runs(out)
        }
        var out = self
        out.schema = target
        (out.positiveRuns, out.positive) = merge(true)
        (out.negativeRuns, out.negative) = merge(false)
        return out
    }

    internal func widened(to threshold: Double) -> NativeHistogram {
        guard threshold > zeroThreshold else { return self }
        var out = self
        out.zeroThreshold = threshold
        for side in [true, false] {
            var kept: [Int: Double] = [:]
            for (index, count) in counts(positiveSide: side).sorted(by: { $0.key < $1.key }) {
                if bound(index - 1) < out.zeroThreshold {
                    out.zeroCount += count
                    out.zeroThreshold = max(out.zeroThreshold, bound(index))
                } else {
                    kept[index] = count
                }
            }
            let (runs, values) = NativeHistogram.runs(kept)
            if side {
                (out.positiveRuns, out.positive) = (runs, values)
            } else {
                (out.negativeRuns, out.negative) = (runs, values)
            }
        }
        return out
    }

    /// Whether a counter began anew between an earlier histogram and this one.
    package func isReset(after earlier: NativeHistogram) -> Bool {
        if resetHint == 1 { return true }
        if resetHint == 2 { return false }
        if count < earlier.count || isCustom != earlier.isCustom { return true }
        if isCustom {
            let common = bounds == earlier.bounds ? bounds : bounds.filter(earlier.bounds.contains)
            let now = customCounts(common)
            return earlier.customCounts(common).contains { index, count in (now[index] ?? 0) < count }
        }
        if schema > earlier.schema || zeroThreshold < earlier.zeroThreshold { return true }
        let before = earlier.coarsened(to: schema).widened(to: zeroThreshold)
        return before.zeroThreshold != zeroThreshold || zeroCount < before.zeroCount || falls(from: before)
    }

    private func falls(from earlier: NativeHistogram) -> Bool {
        for side in [true, false] {
            let now = counts(positiveSide: side)
            for (index, count) in earlier.counts(positiveSide: side) where (now[index] ?? 0) < count { return true }
        }
        return false
    }
}

import TeleModel

/// An exponential histogram's buckets as pairs of index and count, ascending, without empty ones. Indexes are
/// Prometheus': bucket `i` ends at `2^(i * 2^-scale)`, one more than OTLP's.
struct ExponentialSide: Sendable {
    var indexes: [Int] = []
    var counts: [Double] = []

    mutating func scaleDown(by steps: Int) {
        var merged = ExponentialSide()
        for (index, count) in zip(indexes, counts) {
            let index = ((index &- 1) >> steps) &+ 1
            if merged.indexes.last == index {
                merged.counts[merged.counts.count - 1] += count
            } else {
                merged.indexes.append(index)
                merged.counts.append(count)
            }
        }
        self = merged
    }

    mutating func add(_ other: ExponentialSide) {
        var merged = ExponentialSide()
        var (i, j) = (0, 0)
        while i < indexes.count || j < other.indexes.count {
            let mine = i < indexes.count ? indexes[i] : Int.max
            let theirs = j < other.indexes.count ? other.indexes[j] : Int.max
            merged.indexes.append(min(mine, theirs))
            merged.counts.append((mine <= theirs ? counts[i] : 0) + (theirs <= mine ? other.counts[j] : 0))
            if mine <= theirs { i += 1 }
            if theirs <= mine { j += 1 }
        }
        self = merged
    }

    /// Gaps of up to this many empty buckets are written out: shorter than a run of its own (as Prometheus does).
    private static let gap = 2

    /// As runs and counts; nil where an index or a gap is beyond 32 bits.
    func runs() -> (runs: [NativeHistogram.Run], counts: [Double])? {
        var runs: [NativeHistogram.Run] = []
        var out: [Double] = []
        var next = 0
        for (index, count) in zip(indexes, counts) {
            if runs.isEmpty || index - next > ExponentialSide.gap {
                guard let offset = Int32(exactly: runs.isEmpty ? index : index - next) else { return nil }
                runs.append(NativeHistogram.Run(offset: offset, length: 0))
            } else {
                for _ in next..<index {
                    out.append(0)
                    runs[runs.count - 1].length += 1
                }
            }
            out.append(count)
            runs[runs.count - 1].length += 1
            next = index + 1
        }
        return (runs, out)
    }
}

/// An exponential histogram data point with a scale that Prometheus has.
struct ExponentialPoint: Sendable {
    var scale: Int32
    var zeroThreshold: Double
    var zeroCount: Double
    var count: Double
    var sum: Double
    var positive: ExponentialSide
    var negative: ExponentialSide

    static let scales: ClosedRange<Int32> = -4...8
    /// Where none was sent, Prometheus takes this one.
    static let defaultZeroThreshold = 1e-128

    /// Adds another point, at the coarser of the two scales. False where the sum has too many buckets.
    mutating func add(_ other: ExponentialPoint) -> Bool {
        var other = other
        let coarser = min(scale, other.scale)
        for steps in [Int(scale) - Int(coarser)] where steps > 0 {
            positive.scaleDown(by: steps)
            negative.scaleDown(by: steps)
        }
        for steps in [Int(other.scale) - Int(coarser)] where steps > 0 {
            other.positive.scaleDown(by: steps)
            other.negative.scaleDown(by: steps)
        }
        scale = coarser
        zeroThreshold = max(zeroThreshold, other.zeroThreshold)
        zeroCount += other.zeroCount
        count += other.count
        sum += other.sum
        positive.add(other.positive)
        negative.add(other.negative)
        return positive.indexes.count + negative.indexes.count <= Limits.bucketsPerHistogram
    }

    /// nil where an index is beyond what a native histogram holds.
    func native() -> NativeHistogram? {
        guard let up = positive.runs(), let down = negative.runs() else { return nil }
        var out = NativeHistogram()
        out.schema = scale
        out.zeroThreshold = zeroThreshold
        out.zeroCount = zeroCount
        out.count = count
        out.sum = sum
        (out.positiveRuns, out.positive) = up
        (out.negativeRuns, out.negative) = down
        return out
    }
}

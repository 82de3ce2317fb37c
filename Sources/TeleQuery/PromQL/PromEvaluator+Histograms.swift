internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    /// histogram_quantile, histogram_quantiles and histogram_fraction over classic buckets (series by `le`).
    internal func histogramFunction(_ call: PromCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        switch call.function.name {
        case "histogram_quantile":
            let q = try scalar(call.arguments[0], grid)
            for value in q where !(value >= 0 && value <= 1) { warnQuantile(value, call.arguments[0]) }
            let block = try vector(call.arguments[1], grid)
            return merged(block, { $0.quantile(q[$1]) }) { PromBuckets.quantile(q[$1], &$0) }
        case "histogram_fraction":
            let low = try scalar(call.arguments[0], grid)
            let high = try scalar(call.arguments[1], grid)
            return merged(try vector(call.arguments[2], grid), { $0.fraction(low[$1], high[$1]) }) {
                PromBuckets.fraction(low[$1], high[$1], &$0)
            }
        default:
            let block = try vector(call.arguments[0], grid)
            let label = string(call.arguments[1])
            var out = PromBlock(steps: grid.count)
            for argument in call.arguments.dropFirst(2) {
                let q = try scalar(argument, grid)
                for value in q where !(value >= 0 && value <= 1) { warnQuantile(value, argument) }
                var part = merged(block, { $0.quantile(q[$1]) }) { PromBuckets.quantile(q[$1], &$0) }
                for row in 0..<part.count {
                    part.labels[row] = part.labels[row].setting(label, FloatText.string(q.first ?? .nan))
                    out.append(part, row)
                }
            }
            return out
        }
    }

    /// Native histograms and classic buckets side by side, a function for each.
    private func merged(
        _ block: PromBlock, _ native: (NativeHistogram, _ step: Int) -> Double,
        _ classic: (_ buckets: inout [PromBuckets.Bucket], _ step: Int) -> Double
    ) -> PromBlock {
        var out = buckets(block, classic)
        guard !block.histograms.isEmpty else { return out }
        for row in 0..<block.count {
            let target = out.addRow(block.labels[row], dropsName: true)
            for step in 0..<block.steps {
                if let histogram = block.histograms[row * block.steps + step] {
                    out.set(target, step, native(histogram, step))
                }
            }
        }
        return out.droppingEmptyRows()
    }

    private func buckets(
        _ block: PromBlock, _ value: (_ buckets: inout [PromBuckets.Bucket], _ step: Int) -> Double
    ) -> PromBlock {
        let boundary = Array("le".utf8)
        let steps = block.steps
        var order: [LabelSet] = []
        var members: [LabelSet: [(row: Int, bound: Double)]] = [:]
        for row in 0..<block.count {
            guard let text = block.labels[row]["le"], let bound = PromBuckets.bound(text) else { continue }
            let labels = block.labels[row].removing([boundary])
            if members[labels] == nil { order.append(labels) }
            members[labels, default: []].append((row, bound))
        }
        var out = PromBlock(steps: steps)
        var list: [PromBuckets.Bucket] = []
        for labels in order {
            let target = out.addRow(labels, dropsName: true)
            for step in 0..<steps {
                list.removeAll(keepingCapacity: true)
                for member in members[labels] ?? [] where block.state[member.row * steps + step] == PromBlock.float {
                    list.append(.init(bound: member.bound, count: block.values[member.row * steps + step]))
                }
                if !list.isEmpty { out.set(target, step, value(&list, step)) }
            }
        }
        return out.droppingEmptyRows()
    }
}

/// Classic histogram buckets: cumulative counts up to and including a bound.
internal enum PromBuckets {
    internal struct Bucket {
        var bound: Double
        var count: Double
    }

    internal static func bound(_ text: String) -> Double? {
        switch text {
        case "+Inf", "Inf", "inf", "+inf": .infinity
        case "-Inf", "-inf": -.infinity
        default: Double(text)
        }
    }

    /// Sorts, joins equal bounds and lets no count fall; false without a bucket up to infinity.
    private static func prepare(_ buckets: inout [Bucket]) -> Bool {
        buckets.sort { $0.bound < $1.bound }
        guard let last = buckets.last, last.bound == .infinity else { return false }
        var joined: [Bucket] = []
        for bucket in buckets {
            if let end = joined.indices.last, joined[end].bound == bucket.bound {
                joined[end].count += bucket.count
            } else {
                joined.append(bucket)
            }
        }
        buckets = joined
        return true
    }

    internal static func quantile(_ q: Double, _ buckets: inout [Bucket]) -> Double {
        if q.isNaN { return .nan }
        if q < 0 { return -.infinity }
        if q > 1 { return .infinity }
        guard prepare(&buckets) else { return .nan }
        // Counts that fall by rounding, or at all, are lifted to the one before.
        for i in 1..<max(1, buckets.count) {
            let (before, now) = (buckets[i - 1].count, buckets[i].count)
            let isNear = (now - before).magnitude <= 1e-12 * (now.magnitude + before.magnitude)
            if now < before || isNear { buckets[i].count = before }
        }
        guard buckets.count >= 2, let total = buckets.last?.count, total != 0, !total.isNaN else { return .nan }
        var rank = q * total
        let b = buckets.dropLast().firstIndex { $0.count >= rank } ?? buckets.count - 1
        if b == buckets.count - 1 { return buckets[b - 1].bound }
        if b == 0, buckets[0].bound <= 0 { return buckets[0].bound }
        var start = 0.0
        var count = buckets[b].count
        if b > 0 {
            start = buckets[b - 1].bound
            count -= buckets[b - 1].count
            rank -= buckets[b - 1].count
        }
        return start + (buckets[b].bound - start) * (rank / count)
    }

    internal static func fraction(_ low: Double, _ high: Double, _ buckets: inout [Bucket]) -> Double {
        guard prepare(&buckets), let total = buckets.last?.count, total != 0, !low.isNaN, !high.isNaN else {
            return .nan
        }
        if low >= high { return 0 }
        return (rank(high, buckets) - rank(low, buckets)) / total
    }

    /// How many observations lie below a value, on a line within its bucket.
    private static func rank(_ value: Double, _ buckets: [Bucket]) -> Double {
        var before = 0.0
        for (i, bucket) in buckets.enumerated() {
            let low = i > 0 ? buckets[i - 1].bound : bucket.bound > 0 ? 0 : -Double.infinity
            if low >= value { return before }
            if value < bucket.bound {
                if low.isInfinite { return bucket.count }
                if bucket.bound.isInfinite { return before }
                return before + (bucket.count - before) * (value - low) / (bucket.bound - low)
            }
            before = bucket.count
        }
        return before
    }
}

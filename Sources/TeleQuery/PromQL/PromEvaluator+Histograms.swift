internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    /// histogram_quantile, histogram_quantiles and histogram_fraction, of native histograms and of classic buckets
    /// (series by `le`).
    internal func histogramFunction(_ call: PromCall, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        switch call.function.name {
        case "histogram_quantile":
            let q = try scalar(call.arguments[0], grid)
            return try quantiles(call.arguments[0], q, try vector(call.arguments[1], grid), call.arguments[1])
        case "histogram_fraction":
            let low = try scalar(call.arguments[0], grid)
            let high = try scalar(call.arguments[1], grid)
            let argument = call.arguments[2]
            return histograms(try vector(argument, grid), argument) { value, step, labels in
                switch value {
                case .native(let histogram):
                    if histogram.sum.isNaN {
                        noteNaN("fraction", "which are excluded from all fractions", labels, argument)
                    }
                    return histogram.fraction(low[step], high[step])
                case .classic(var buckets): return PromBuckets.fraction(low[step], high[step], &buckets)
                }
            }
        default:
            let block = try vector(call.arguments[0], grid)
            let label = string(call.arguments[1])
            var out = PromBlock(steps: grid.count)
            for argument in call.arguments.dropFirst(2) {
                let q = try scalar(argument, grid)
                var part = try quantiles(argument, q, block, call.arguments[0])
                for row in 0..<part.count {
                    part.labels[row] = part.labels[row].setting(label, PromBuckets.label(q.first ?? .nan))
                    out.append(part, row)
                }
            }
            return out
        }
    }

    private func quantiles(
        _ parameter: PromExpr, _ q: [Double], _ block: PromBlock, _ argument: PromExpr
    ) throws(PromFailure) -> PromBlock {
        for value in q where !(value >= 0 && value <= 1) { warnQuantile(value, parameter) }
        return histograms(block, argument) { value, step, labels in
            switch value {
            case .native(let histogram):
                let result = histogram.quantile(q[step])
                if histogram.sum.isNaN, q[step] >= 0, q[step] <= 1, histogram.count > 0 {
                    let effect = result.isNaN ? "result is NaN" : "result is skewed higher"
                    noteNaN("quantile", effect, labels, argument)
                }
                return result
            case .classic(var buckets):
                var isFixed = false
                let result = PromBuckets.quantile(q[step], &buckets, &isFixed)
                if isFixed { noteFixed(labels, argument) }
                return result
            }
        }
    }

    private func noteNaN(_ function: String, _ effect: String, _ labels: LabelSet, _ argument: PromExpr) {
        infos.insert(
            "PromQL info: input to histogram_\(function) has NaN observations, \(effect) for metric name "
                + "\(PromPrinter.quote(labels["__name__"] ?? "")) \(place(argument))")
    }

    private func noteFixed(_ labels: LabelSet, _ argument: PromExpr) {
        infos.insert(
            "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
                + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric "
                + "name \(PromPrinter.quote(labels["__name__"] ?? "")) \(place(argument))")
    }

    private enum HistogramValue {
        case native(NativeHistogram)
        case classic([PromBuckets.Bucket])
    }

    /// Native histograms, and classic buckets put together; where both have a value for the same labels neither counts.
    private func histograms(
        _ block: PromBlock, _ argument: PromExpr, _ body: (HistogramValue, _ step: Int, LabelSet) -> Double
    ) -> PromBlock {
        let boundary = Array("le".utf8)
        let steps = block.steps
        var order: [LabelSet] = []
        var members: [LabelSet: [(row: Int, bound: Double?)]] = [:]
        for row in 0..<block.count {
            let text = block.labels[row]["le"] ?? ""
            let bound = PromBuckets.bound(text)
            if bound == nil, hasFloat(block, row) {
                warnings.insert(
                    "PromQL warning: bucket label \"le\" is missing or has a malformed value of "
                        + "\(PromPrinter.quote(text)) for metric name \(PromPrinter.quote(block.labels[row]["__name__"] ?? "")) \(place(argument))"
                )
            }
            // A histogram's own label `le` is a label like any other.
            let labels = bound == nil ? block.labels[row] : block.labels[row].removing([boundary])
            if members[labels] == nil { order.append(labels) }
            members[labels, default: []].append((row, bound))
        }
        var out = PromBlock(steps: steps)
        for labels in order {
            let target = out.addRow(labels, dropsName: true)
            for step in 0..<steps {
                var list: [PromBuckets.Bucket] = []
                var native: NativeHistogram?
                for member in members[labels] ?? [] {
                    let cell = member.row * steps + step
                    if block.state[cell] == PromBlock.histogram {
                        native = block.histograms[cell]
                    } else if block.state[cell] == PromBlock.float, let bound = member.bound {
                        list.append(.init(bound: bound, count: block.values[cell]))
                    }
                }
                if let native {
                    if list.isEmpty {
                        out.set(target, step, body(.native(native), step, labels))
                    } else {
                        warnings.insert(
                            "PromQL warning: vector contains a mix of classic and native histograms for metric name "
                                + "\(PromPrinter.quote(labels["__name__"] ?? "")) \(place(argument))")
                    }
                } else if !list.isEmpty {
                    out.set(target, step, body(.classic(list), step, labels))
                }
            }
        }
        return out.droppingEmptyRows()
    }

    private func hasFloat(_ block: PromBlock, _ row: Int) -> Bool {
        block.state[row * block.steps..<(row + 1) * block.steps].contains(PromBlock.float)
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

    /// A number as label values have it: always with a point or an exponent.
    internal static func label(_ value: Double) -> String {
        let text = FloatText.string(value)
        return text.contains { !$0.isNumber && $0 != "-" } ? text : text + ".0"
    }

    /// `isFixed`: counts fell by more than rounding explains.
    internal static func quantile(_ q: Double, _ buckets: inout [Bucket], _ isFixed: inout Bool) -> Double {
        if q.isNaN { return .nan }
        if q < 0 { return -.infinity }
        if q > 1 { return .infinity }
        guard prepare(&buckets) else { return .nan }
        // Counts that fall by rounding, or at all, are lifted to the one before.
        for i in 1..<max(1, buckets.count) {
            let (before, now) = (buckets[i - 1].count, buckets[i].count)
            let isNear = (now - before).magnitude <= 1e-12 * (now.magnitude + before.magnitude)
            if now < before || isNear { buckets[i].count = before }
            if now < before, !isNear { isFixed = true }
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

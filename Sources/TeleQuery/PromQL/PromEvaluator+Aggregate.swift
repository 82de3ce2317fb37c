internal import TeleEngine
internal import TeleModel
internal import TeleQL

extension PromEvaluator {
    /// The group of each row; label sets are built once a row, whatever the number of steps.
    internal struct Groups {
        var labels: [LabelSet] = []
        var dropsName: [Bool] = []
        var ofRow: [Int] = []
    }

    internal func groups(_ block: PromBlock, _ aggregate: PromAggregate) -> Groups {
        groups(block.labels, block.dropsName, aggregate)
    }

    internal func groups(_ rows: [LabelSet], _ dropsName: [Bool], _ aggregate: PromAggregate) -> Groups {
        var grouping = PromGrouping(aggregate)
        grouping.add(rows, dropsName)
        return grouping.groups
    }

    internal func evaluate(_ aggregate: PromAggregate, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        if let streamed = try streamed(aggregate, grid) { return streamed }
        let rows = try rows(aggregate.inner, grid)
        if let fused = try fused(aggregate, rows, grid) { return fused }
        let block = try block(rows, grid)
        if aggregate.operation == .countValues { return try countValues(aggregate, block) }
        if !block.histograms.isEmpty, PromEvaluator.ignoresHistograms.contains(aggregate.operation) {
            infos.insert(
                "PromQL info: ignored histogram in \(aggregate.operation.rawValue) aggregation "
                    + place(aggregate.inner))
        }
        let groups = groups(block, aggregate)
        var parameters: [Double] = []
        if let parameter = aggregate.parameter { parameters = try scalar(parameter, grid) }
        switch aggregate.operation {
        case .topk, .bottomk, .limitk, .limitRatio:
            return try select(aggregate, block, groups, parameters)
        case .quantile:
            for q in parameters where !(q >= 0 && q <= 1) {
                if let parameter = aggregate.parameter { warnQuantile(q, parameter) }
            }
            return quantiles(block, groups, parameters)
        default: return fold(aggregate, block, groups)
        }
    }

    private static let ignoresHistograms: Set<PromAggregation> = [
        .min, .max, .stddev, .stdvar, .topk, .bottomk, .quantile,
    ]

    internal func output(_ groups: Groups, _ steps: Int) -> PromBlock {
        var out = PromBlock(steps: steps)
        for i in groups.labels.indices { _ = out.addRow(groups.labels[i], dropsName: groups.dropsName[i]) }
        return out
    }

    private func fold(_ aggregate: PromAggregate, _ block: PromBlock, _ groups: Groups) -> PromBlock {
        let steps = block.steps
        var out = output(groups, steps)
        let cells = out.values.count
        switch aggregate.operation {
        case .sum:
            var sums = [PromSum](repeating: PromSum(), count: cells)
            accumulate(block, groups, &out) { sums[$0].add($1) }
            for i in 0..<cells { out.values[i] = sums[i].value }
            sumHistograms(block, groups, &out, isAverage: false, aggregate)
        case .avg:
            var means = [PromMean](repeating: PromMean(), count: cells)
            accumulate(block, groups, &out) { means[$0].add($1) }
            for i in 0..<cells { out.values[i] = means[i].value }
            sumHistograms(block, groups, &out, isAverage: true, aggregate)
        case .stddev, .stdvar:
            var variances = [PromVariance](repeating: PromVariance(), count: cells)
            accumulate(block, groups, &out) { variances[$0].add($1) }
            for i in 0..<cells {
                out.values[i] = aggregate.operation == .stdvar ? variances[i].value : variances[i].value.squareRoot()
            }
        case .count, .group:
            let isCount = aggregate.operation == .count
            for row in 0..<block.count {
                let base = groups.ofRow[row] * steps
                for step in 0..<steps where block.state[row * steps + step] != PromBlock.absent {
                    out.values[base + step] = isCount ? out.values[base + step] + 1 : 1
                    out.state[base + step] = PromBlock.float
                }
            }
        case .min, .max:
            let wantsMax = aggregate.operation == .max
            var values = out.values
            var seen = [Bool](repeating: false, count: cells)
            accumulate(block, groups, &out) { cell, value in
                let now = values[cell]
                if !seen[cell] || (wantsMax ? value > now : value < now) || now.isNaN { values[cell] = value }
                seen[cell] = true
            }
            out.values = values
        default: break
        }
        return out.droppingEmptyRows()
    }

    @inline(__always)
    private func accumulate(
        _ block: PromBlock, _ groups: Groups, _ out: inout PromBlock, _ body: (_ cell: Int, _ value: Double) -> Void
    ) {
        let steps = block.steps
        for row in 0..<block.count {
            let base = groups.ofRow[row] * steps
            for step in 0..<steps where block.state[row * steps + step] == PromBlock.float {
                body(base + step, block.values[row * steps + step])
                out.state[base + step] = PromBlock.float
            }
        }
    }

    private func sumHistograms(
        _ block: PromBlock, _ groups: Groups, _ out: inout PromBlock, isAverage: Bool, _ aggregate: PromAggregate
    ) {
        guard !block.histograms.isEmpty else { return }
        let steps = block.steps
        var members: [Int: [NativeHistogram]] = [:]
        for row in 0..<block.count {
            for step in 0..<steps where block.state[row * steps + step] == PromBlock.histogram {
                guard let histogram = block.histograms[row * steps + step] else { continue }
                members[groups.ofRow[row] * steps + step, default: []].append(histogram)
            }
        }
        for (cell, list) in members {
            if out.state[cell] == PromBlock.float {
                out.state[cell] = PromBlock.absent
                warnings.insert(
                    "PromQL warning: encountered a mix of histograms and floats for aggregation "
                        + place(aggregate.inner)
                )
                continue
            }
            guard let total = isAverage ? PromHistogramSum.mean(list) : PromHistogramSum.total(list) else {
                note(.mixedSchemas, .empty, aggregate.inner)
                continue
            }
            if total.isReconciled { note(.reconciledAggregation, .empty, aggregate.inner) }
            if total.hasConflictingResets { note(.conflictingResets("aggregation"), .empty, aggregate.inner) }
            out.state[cell] = PromBlock.histogram
            out.histograms[cell] = total.value
        }
    }

    private func quantiles(_ block: PromBlock, _ groups: Groups, _ parameters: [Double]) -> PromBlock {
        let steps = block.steps
        var out = output(groups, steps)
        var members = [[Int]](repeating: [], count: groups.labels.count)
        for row in 0..<block.count { members[groups.ofRow[row]].append(row) }
        var values: [Double] = []
        for group in members.indices {
            for step in 0..<steps {
                values.removeAll(keepingCapacity: true)
                for row in members[group] where block.state[row * steps + step] == PromBlock.float {
                    values.append(block.values[row * steps + step])
                }
                if !values.isEmpty { out.set(group, step, PromStatistics.quantile(parameters[step], &values)) }
            }
        }
        return out.droppingEmptyRows()
    }

    private func countValues(_ aggregate: PromAggregate, _ block: PromBlock) throws(PromFailure) -> PromBlock {
        let label = aggregate.parameter.map(string) ?? ""
        // Names are UTF-8; what was none came out of the parser with replacement characters.
        if label.isEmpty || label.contains("\u{FFFD}") {
            throw .execution("invalid label name \(aggregate.parameter.map(text) ?? "")")
        }
        let names = aggregate.grouping.map { Array($0.utf8) }
        var out = PromBlock(steps: block.steps)
        var rows: [LabelSet: Int] = [:]
        for row in 0..<block.count {
            for step in 0..<block.steps where block.state[row * block.steps + step] != PromBlock.absent {
                let cell = row * block.steps + step
                let text = block.histograms[cell]?.text ?? FloatText.string(block.values[cell])
                let labelled: LabelSet
                if aggregate.isWithout {
                    labelled = block.labels[row].removing(names + [Array("__name__".utf8)]).setting(label, text)
                } else {
                    labelled = block.labels[row].keeping(names).setting(label, text)
                }
                let target = rows[labelled] ?? out.addRow(labelled, dropsName: false)
                rows[labelled] = target
                out.set(target, step, out.values[target * block.steps + step] + 1)
            }
        }
        return out
    }

    /// topk, bottomk, limitk, limit_ratio: some of the rows at each step.
    private func select(
        _ aggregate: PromAggregate, _ block: PromBlock, _ groups: Groups, _ parameters: [Double]
    ) throws(PromFailure) -> PromBlock {
        let steps = block.steps
        var out = block
        var members = [[Int]](repeating: [], count: groups.labels.count)
        for row in 0..<block.count { members[groups.ofRow[row]].append(row) }
        var order: [Int] = []
        for step in 0..<steps {
            let parameter = parameters[step]
            if aggregate.operation == .limitRatio {
                if parameter.isNaN { throw .execution("Ratio value is NaN") }
                if parameter.magnitude > 1 { noteRatio(parameter, aggregate) }
            } else if parameter.isNaN || parameter.magnitude > 9.2e18 {
                throw .execution(
                    parameter.isNaN
                        ? "Parameter value is NaN" : "Scalar value \(FloatText.string(parameter)) overflows int64")
            }
            for group in members.indices {
                var present = members[group].filter { block.state[$0 * steps + step] != PromBlock.absent }
                let all = present
                switch aggregate.operation {
                case .topk, .bottomk:
                    let isTop = aggregate.operation == .topk
                    present = present.filter { block.state[$0 * steps + step] == PromBlock.float }
                    present = best(present, block, step, isTop: isTop, count: max(0, Int(parameter)))
                case .limitk: present = Array(present.prefix(max(0, Int(parameter))))
                default:
                    let ratio = min(max(parameter, -1), 1)
                    present = present.filter { row in
                        let bytes = block.labels[row].bytes
                        let share = Double(PromXXHash.of(bytes.span)) / 0x1p64
                        return ratio >= 0 ? share < ratio : share >= 1 + ratio
                    }
                }
                let kept = Set(present)
                for row in all where !kept.contains(row) { out.state[row * steps + step] = PromBlock.absent }
                if steps == 1 { order.append(contentsOf: present) }
            }
        }
        return out.keeping(steps == 1 ? order : Array(0..<out.count))
    }

    private func noteRatio(_ ratio: Double, _ aggregate: PromAggregate) {
        guard let parameter = aggregate.parameter else { return }
        warnings.insert(
            "PromQL warning: ratio value should be between -1 and 1, got \(FloatText.string(ratio)), capping to "
                + "\(ratio > 0 ? "1" : "-1") \(place(parameter))")
    }

    /// The rows with the greatest (or least) values, best first, ties in the order given, NaN last.
    private func best(_ rows: [Int], _ block: PromBlock, _ step: Int, isTop: Bool, count: Int) -> [Int] {
        func precedes(_ x: Double, _ y: Double) -> Bool {
            if x.isNaN || y.isNaN { return !x.isNaN && y.isNaN }
            return isTop ? x > y : x < y
        }
        if count == 0 { return [] }
        if count <= 64 {
            // For a few, inserting beats sorting all.
            var kept: [(row: Int, value: Double)] = []
            for row in rows {
                let value = block.values[row * block.steps + step]
                if kept.count == count, !precedes(value, kept[count - 1].value) { continue }
                var at = kept.count
                while at > 0, precedes(value, kept[at - 1].value) { at -= 1 }
                kept.insert((row, value), at: at)
                if kept.count > count { kept.removeLast() }
            }
            return kept.map(\.row)
        }
        let values = rows.map { block.values[$0 * block.steps + step] }
        let order = rows.indices.sorted { a, b in
            precedes(values[a], values[b]) || (!precedes(values[b], values[a]) && a < b)
        }
        return order.prefix(count).map { rows[$0] }
    }
}

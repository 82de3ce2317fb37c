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

    internal func evaluate(_ aggregate: PromAggregate, _ grid: PromGrid) throws(PromFailure) -> PromBlock {
        var grouping = PromGrouping(aggregate)
        switch aggregate.operation {
        case .topk, .bottomk, .limitk:
            let order: PromTop.Order
            switch aggregate.operation {
            case .topk: order = .greatest
            case .bottomk: order = .least
            default: order = .first
            }
            var top = PromTop(order, most: try counts(aggregate, grid))
            try feed(&top, &grouping, aggregate, grid)
            return top.finish()
        case .limitRatio:
            var share = PromShare(try ratios(aggregate, grid))
            try feed(&share, &grouping, aggregate, grid)
            return share.finish()
        case .countValues:
            let label = aggregate.parameter.map(string) ?? ""
            // Names are UTF-8; what was none came out of the parser with replacement characters.
            if label.isEmpty || label.contains("\u{FFFD}") {
                throw .execution("invalid label name \(aggregate.parameter.map(text) ?? "")")
            }
            var values = PromValueCounts(steps: grid.count)
            try feed(&values, &grouping, aggregate, grid)
            return values.finish(grouping.groups.labels, label: label)
        case .quantile: return try quantiles(aggregate, grid, &grouping)
        default: return try fold(aggregate, grid, &grouping)
        }
    }

    private func parameter(_ aggregate: PromAggregate, _ grid: PromGrid) throws(PromFailure) -> [Double] {
        guard let parameter = aggregate.parameter else { throw .execution("an aggregation without its parameter") }
        return try scalar(parameter, grid)
    }

    /// How many topk, bottomk and limitk choose at each step.
    private func counts(_ aggregate: PromAggregate, _ grid: PromGrid) throws(PromFailure) -> [Int] {
        var out: [Int] = []
        for value in try parameter(aggregate, grid) {
            if value.isNaN { throw .execution("Parameter value is NaN") }
            if value.magnitude > 9.2e18 {
                throw .execution("Scalar value \(FloatText.string(value)) overflows int64")
            }
            out.append(max(0, Int(value)))
        }
        return out
    }

    private func ratios(_ aggregate: PromAggregate, _ grid: PromGrid) throws(PromFailure) -> [Double] {
        let ratios = try parameter(aggregate, grid)
        for ratio in ratios {
            if ratio.isNaN { throw .execution("Ratio value is NaN") }
            if ratio.magnitude > 1, let parameter = aggregate.parameter {
                warnings.insert(
                    "PromQL warning: ratio value should be between -1 and 1, got \(FloatText.string(ratio)), capping to "
                        + "\(ratio > 0 ? "1" : "-1") \(place(parameter))")
            }
        }
        return ratios
    }

    private func output(_ groups: Groups, _ steps: Int) -> PromBlock {
        var out = PromBlock(steps: steps)
        for i in groups.labels.indices { _ = out.addRow(groups.labels[i], dropsName: groups.dropsName[i]) }
        return out
    }

    private func fold(
        _ aggregate: PromAggregate, _ grid: PromGrid, _ grouping: inout PromGrouping
    ) throws(PromFailure) -> PromBlock {
        var fold = PromFold(aggregate.operation, steps: grid.count)
        try feed(&fold, &grouping, aggregate, grid)
        var out = output(grouping.groups, grid.count)
        fold.finish(&out)
        for (cell, members) in fold.histograms {
            if out.state[cell] == PromBlock.float {
                out.state[cell] = PromBlock.absent
                warnings.insert(
                    "PromQL warning: encountered a mix of histograms and floats for aggregation "
                        + place(aggregate.inner))
                continue
            }
            let isAverage = aggregate.operation == .avg
            guard let total = isAverage ? PromHistogramSum.mean(members) : PromHistogramSum.total(members) else {
                note(.mixedSchemas, .empty, aggregate.inner)
                continue
            }
            if total.isReconciled { note(.reconciledAggregation, .empty, aggregate.inner) }
            if total.hasConflictingResets { note(.conflictingResets("aggregation"), .empty, aggregate.inner) }
            out.state[cell] = PromBlock.histogram
            out.histograms[cell] = total.value
        }
        return out.droppingEmptyRows()
    }

    /// What quantiles may hold at once; where the values of all steps need more, the series are read again for the
    /// steps that are left.
    private static let quantileBytes = 64 << 20

    private func quantiles(
        _ aggregate: PromAggregate, _ grid: PromGrid, _ grouping: inout PromGrouping
    ) throws(PromFailure) -> PromBlock {
        let parameters = try parameter(aggregate, grid)
        for q in parameters where !(q >= 0 && q <= 1) {
            if let parameter = aggregate.parameter { warnQuantile(q, parameter) }
        }
        let room = min(PromEvaluator.quantileBytes, budget.maxBytes / 4)
        var out = PromBlock(steps: grid.count)
        var first = 0
        var strip = grid.count
        while first < grid.count {
            let part = PromGrid(start: grid.time(first), step: grid.step, count: min(strip, grid.count - first))
            var quantiles = PromQuantiles(steps: part.count, room: room)
            try feed(&quantiles, &grouping, aggregate, part)
            for group in out.count..<grouping.groups.labels.count {
                _ = out.addRow(grouping.groups.labels[group], dropsName: false)
            }
            quantiles.finish(groups: out.count, parameters[first..<first + quantiles.steps]) { group, step, value in
                out.set(group, first + step, value)
            }
            budget.release(bytes: quantiles.byteCount)
            strip = quantiles.steps
            first += strip
        }
        out.dropsName = grouping.groups.dropsName
        return out.droppingEmptyRows()
    }
}

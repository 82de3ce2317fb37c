internal import TeleEngine
internal import TeleModel
internal import TeleQL

/// Aggregations straight from series: a row is worked out, folded into its group's columns, and forgotten.
extension PromEvaluator {
    /// nil where a block of all rows is needed.
    internal func fused(
        _ aggregate: PromAggregate, _ rows: PromRows, _ grid: PromGrid
    ) throws(PromFailure) -> PromBlock? {
        if case .block = rows { return nil }
        var parameters: [Double] = []
        switch aggregate.operation {
        case .sum, .avg, .min, .max, .count, .group, .stddev, .stdvar: break
        case .quantile, .topk, .bottomk:
            guard let parameter = aggregate.parameter else { return nil }
            parameters = try scalar(parameter, grid)
        default: return nil
        }
        let (labels, dropsName) = labels(rows)
        let groups = groups(labels, dropsName, aggregate)
        switch aggregate.operation {
        case .quantile: return try fusedQuantiles(aggregate, rows, grid, groups, parameters)
        case .topk, .bottomk:
            // A changing or large k is left to sorting.
            guard let k = parameters.first, k >= 1, k <= 64, parameters.allSatisfy({ $0 == k }) else { return nil }
            return try fusedTop(aggregate, rows, grid, groups, labels, dropsName, Int(k))
        default: break
        }
        var row = PromRow(steps: grid.count)
        let cells = groups.labels.count * grid.count
        try charge(bytes: cells * 64)
        var fold = PromFold(aggregate.operation, cells: cells)
        for series in labels.indices {
            if series & 255 == 255 { try charge() }
            fill(&row, rows, series, grid)
            if row.hasValues { fold.add(row, at: groups.ofRow[series] * grid.count) }
        }
        var out = output(groups, grid.count)
        fold.finish(&out)
        return out.droppingEmptyRows()
    }

    private func fusedQuantiles(
        _ aggregate: PromAggregate, _ rows: PromRows, _ grid: PromGrid, _ groups: Groups, _ parameters: [Double]
    ) throws(PromFailure) -> PromBlock {
        let steps = grid.count
        for q in parameters where !(q >= 0 && q <= 1) {
            if let parameter = aggregate.parameter { warnQuantile(q, parameter) }
        }
        try charge(bytes: groups.ofRow.count * steps * 8)
        // The values of one group and step lie side by side.
        var members = [Int](repeating: 0, count: groups.labels.count)
        for group in groups.ofRow { members[group] += 1 }
        var starts: [Int] = []
        var total = 0
        for count in members {
            starts.append(total)
            total += count * steps
        }
        var values = [Double](repeating: 0, count: total)
        var counts = [Int32](repeating: 0, count: groups.labels.count * steps)
        var row = PromRow(steps: steps)
        for series in groups.ofRow.indices {
            if series & 255 == 255 { try charge() }
            fill(&row, rows, series, grid)
            guard row.hasValues else { continue }
            let group = groups.ofRow[series]
            let (start, width) = (starts[group], members[group])
            for step in 0..<steps where row.state[step] == PromBlock.float {
                let cell = group * steps + step
                values[start + step * width + Int(counts[cell])] = row.values[step]
                counts[cell] += 1
            }
        }
        var out = output(groups, steps)
        for group in groups.labels.indices {
            try charge()
            for step in 0..<steps {
                let count = Int(counts[group * steps + step])
                if count == 0 { continue }
                let low = starts[group] + step * members[group]
                out.set(group, step, PromStatistics.quantile(parameters[step], &values, low..<low + count))
            }
        }
        return out.droppingEmptyRows()
    }

    private func fusedTop(
        _ aggregate: PromAggregate, _ rows: PromRows, _ grid: PromGrid, _ groups: Groups, _ labels: [LabelSet],
        _ dropsName: [Bool], _ k: Int
    ) throws(PromFailure) -> PromBlock {
        let steps = grid.count
        let cells = groups.labels.count * steps
        try charge(bytes: cells * k * 16)
        var top = PromTop(isTop: aggregate.operation == .topk, k: k, cells: cells)
        var row = PromRow(steps: steps)
        for series in groups.ofRow.indices {
            if series & 255 == 255 { try charge() }
            fill(&row, rows, series, grid)
            if row.hasValues { top.add(row, series, at: groups.ofRow[series] * steps) }
        }
        var out = PromBlock(steps: steps)
        var targets: [Int: Int] = [:]
        func put(_ cell: Int, _ place: Int, _ out: inout PromBlock) {
            let series = Int(top.rows[cell * k + place])
            let target = targets[series] ?? out.addRow(labels[series], dropsName: dropsName[series])
            targets[series] = target
            out.set(target, cell % steps, top.values[cell * k + place])
        }
        if steps > 1 {
            // In the order of the series; the result of a range query is sorted anyway.
            var chosen: Set<Int> = []
            for cell in 0..<cells {
                for place in 0..<top.count(cell) { chosen.insert(Int(top.rows[cell * k + place])) }
            }
            for series in chosen.sorted() { targets[series] = out.addRow(labels[series], dropsName: dropsName[series]) }
        }
        for cell in 0..<cells { for place in 0..<top.count(cell) { put(cell, place, &out) } }
        return out
    }
}

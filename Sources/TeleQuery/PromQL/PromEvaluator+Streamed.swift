internal import TeleEngine
internal import TeleModel
internal import TeleQL

/// Aggregations that fold, over a selector or a range function of one: series are read a part at a time, worked out and
/// folded while they are in the processor's caches, and forgotten.
extension PromEvaluator {
    /// How an aggregation's rows come of the samples of a part.
    private struct Plan {
        var matchers: [Matcher]
        var time: ClosedRange<Int64>
        /// Rows of a part; nil where it is not of floats alone.
        var rows: (SeriesData) throws(PromFailure) -> PromRows?
    }

    /// nil where it takes another way.
    internal func streamed(_ aggregate: PromAggregate, _ grid: PromGrid) throws(PromFailure) -> PromBlock? {
        switch aggregate.operation {
        case .sum, .avg, .min, .max, .count, .group, .stddev, .stdvar: break
        default: return nil
        }
        guard let plan = try plan(aggregate.inner.unwrapped, grid) else { return nil }
        var grouping = PromGrouping(aggregate)
        var fold = PromFold(aggregate.operation, cells: 0)
        var row = PromRow(steps: grid.count)
        var failure: PromFailure?
        var isPlain = true
        do throws(EngineError) {
            let selection = SeriesSelection(matchers: plan.matchers, time: plan.time)
            try snapshot.select(selection, budget: budget) { data throws(EngineError) in
                do throws(PromFailure) {
                    guard let rows = try plan.rows(data) else {
                        isPlain = false
                        return false
                    }
                    try self.fold(rows, grid, &grouping, &fold, &row)
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw .engine(error)
        }
        if let failure { throw failure }
        guard isPlain else { return nil }
        var out = output(grouping.groups, grid.count)
        fold.finish(&out)
        return out.droppingEmptyRows()
    }

    private func fold(
        _ rows: PromRows, _ grid: PromGrid, _ grouping: inout PromGrouping, _ fold: inout PromFold,
        _ row: inout PromRow
    ) throws(PromFailure) {
        let (labels, dropsName) = labels(rows)
        let known = grouping.groups.labels.count
        grouping.add(labels, dropsName)
        let cells = grouping.groups.labels.count * grid.count
        try charge(bytes: (grouping.groups.labels.count - known) * grid.count * 64)
        fold.grow(to: cells)
        for series in labels.indices {
            if series & 255 == 255 { try charge() }
            fill(&row, rows, series, grid)
            if row.hasValues { fold.add(row, at: grouping.groups.ofRow[series] * grid.count) }
        }
        grouping.forgetRows()
    }

    private func plan(_ inner: PromExpr, _ grid: PromGrid) throws(PromFailure) -> Plan? {
        switch inner.kind {
        case .selector(let selector) where selector.edges == .samples:
            let (time, at) = try times(selector, grid)
            return Plan(matchers: selector.matchers, time: time) { data throws(PromFailure) in
                data.histogramTimes.isEmpty ? .samples(data, at) : nil
            }
        case .call(let call):
            guard let function = PromWindowFunction(rawValue: call.function.name),
                let argument = call.arguments.first(where: { $0.type == .matrix })?.unwrapped,
                case .matrix(let selector, let range) = argument.kind, selector.edges == .samples
            else { return nil }
            let (time, frame) = try frame(selector, range, grid)
            let prepared = try prepare(function, call, grid, frame)
            return Plan(matchers: selector.matchers, time: time) { data throws(PromFailure) in
                guard data.histogramTimes.isEmpty else { return nil }
                var part = prepared
                part.windows = frame.holding(data)
                return .windows(part)
            }
        default: return nil
        }
    }
}

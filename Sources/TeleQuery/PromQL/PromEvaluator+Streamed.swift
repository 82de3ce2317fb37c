internal import TeleEngine
internal import TeleModel
internal import TeleQL

/// Rows on their way into an aggregation. Over a selector, or a range function of one, series are read a part at a time,
/// worked out and taken in while they are in the processor's caches, and forgotten.
extension PromEvaluator {
    /// How an aggregation's rows come of the samples of a part.
    private enum Plan {
        case windows(PromWindowCall, Windows)
        case selector(PromGrid)
    }

    /// Takes in the rows of an aggregation's argument.
    internal func feed<Sink: PromSink>(
        _ sink: inout Sink, _ grouping: inout PromGrouping, _ aggregate: PromAggregate, _ grid: PromGrid
    ) throws(PromFailure) {
        var run = Run(place: aggregate.inner, steps: grid.count)
        let ignores = PromEvaluator.ignoresHistograms.contains(aggregate.operation)
        defer { if run.hasHistograms, ignores { noteIgnored(aggregate) } }
        guard let (plan, selection) = try plan(aggregate.inner.unwrapped, grid) else {
            return try add(try vector(aggregate.inner, grid), grid, &sink, &grouping, &run)
        }
        var failure: PromFailure?
        do throws(EngineError) {
            try snapshot.select(selection, budget: budget) { data throws(EngineError) in
                try budget.check(series: run.rows + data.count)
                do throws(PromFailure) {
                    switch plan {
                    case .selector(let at):
                        let rows = PromSelectorRows(data: resets(data), at: at, lookback: options.lookback)
                        try add(rows, grid, &sink, &grouping, &run)
                    case .windows(var call, let frame):
                        call.windows = frame.holding(resets(data))
                        try add(call, grid, &sink, &grouping, &run)
                    }
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
    }

    /// What is carried from part to part.
    private struct Run {
        let place: PromExpr
        var row: PromRow
        var rows = 0
        var charged = 0
        var hasHistograms = false

        init(place: PromExpr, steps: Int) {
            self.place = place
            row = PromRow(steps: steps)
        }
    }

    private func add<Rows: PromRowSource, Sink: PromSink>(
        _ rows: Rows, _ grid: PromGrid, _ sink: inout Sink, _ grouping: inout PromGrouping, _ run: inout Run
    ) throws(PromFailure) {
        let (labels, dropsName) = (rows.labels, rows.dropsName)
        grouping.add(labels, dropsName)
        sink.grow(groups: grouping.groups.labels.count)
        for index in labels.indices {
            if index & 255 == 0 { try charge(sink, &run) }
            rows.fill(&run.row, index, grid, self)
            guard run.row.hasValues else { continue }
            if !run.row.histograms.isEmpty { run.hasHistograms = true }
            sink.add(
                run.row, run.rows + index, group: grouping.groups.ofRow[index], labels: labels,
                dropsName: dropsName[index], at: index)
        }
        run.rows += labels.count
        grouping.forgetRows()
        sink.settle()
        try charge(sink, &run)
    }

    private func charge(_ sink: some PromSink, _ run: inout Run) throws(PromFailure) {
        let held = sink.byteCount
        if held < run.charged { budget.release(bytes: run.charged - held) }
        try charge(bytes: max(0, held - run.charged))
        run.charged = held
    }

    private func noteIgnored(_ aggregate: PromAggregate) {
        infos.insert(
            "PromQL info: ignored histogram in \(aggregate.operation.rawValue) aggregation " + place(aggregate.inner))
    }

    private static let ignoresHistograms: Set<PromAggregation> = [
        .min, .max, .stddev, .stdvar, .topk, .bottomk, .quantile,
    ]

    /// nil where a block of all rows is worked out first.
    private func plan(_ inner: PromExpr, _ grid: PromGrid) throws(PromFailure) -> (Plan, SeriesSelection)? {
        switch inner.kind {
        case .selector(let selector) where selector.edges == .samples:
            let (time, at) = try times(selector, grid)
            return (.selector(at), SeriesSelection(matchers: selector.matchers, time: time))
        case .call(let call):
            guard let function = PromWindowFunction(rawValue: call.function.name),
                let argument = call.arguments.first(where: { $0.type == .matrix })?.unwrapped,
                case .matrix(let selector, let range) = argument.kind, selector.edges == .samples
            else { return nil }
            let (time, frame) = try frame(selector, range, grid)
            let prepared = try prepare(function, call, grid, frame)
            return (.windows(prepared, frame), SeriesSelection(matchers: selector.matchers, time: time))
        default: return nil
        }
    }
}

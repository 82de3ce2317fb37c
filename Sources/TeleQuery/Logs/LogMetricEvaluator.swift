package import TeleEngine
import TeleModel
package import TeleQL

/// Evaluates a metric query at all its steps at once.
package struct LogMetricEvaluator {
    let steps: LogSteps
    let snapshot: any EngineSnapshot
    let budget: QueryBudget

    package init(steps: LogSteps, snapshot: any EngineSnapshot, budget: QueryBudget) {
        self.steps = steps
        self.snapshot = snapshot
        self.budget = budget
    }

    package func evaluate(_ metric: LogQLMetric) throws(LogQueryError) -> LogMetricResult {
        switch metric {
        case .literal(let value): return .scalar(value)
        case .vector(let value):
            return .matrix([LogSeries(labels: [], values: Array(repeating: value, count: steps.count))])
        case .range(let aggregation): return .matrix(try range(aggregation, grouping: nil, sums: false))
        case .aggregation(.sum, _, let grouping, .range(let inner))
        where inner.operation.isAdditive && inner.grouping == nil:
            // Additive counts can be counted into the groups directly: no series of their own, often no labels read.
            let all = LogQLGrouping(isWithout: false, labels: [])
            return .matrix(try range(inner, grouping: grouping ?? all, sums: true))
        case .aggregation(let operation, let parameter, let grouping, let inner):
            guard case .matrix(let series) = try evaluate(inner) else {
                throw .bad("\(operation.rawValue) needs a vector")
            }
            return .matrix(LogAggregation.run(operation, parameter, grouping, series, steps.count))
        case .binary(let operation, let returnsBool, let matching, let left, let right):
            let (a, b) = (try evaluate(left), try evaluate(right))
            return try LogBinary(operation: operation, returnsBool: returnsBool, matching: matching, count: steps.count)
                .run(a, b)
        case .labelReplace(let inner, let replacement):
            guard case .matrix(let series) = try evaluate(inner) else { throw .bad("label_replace needs a vector") }
            return .matrix(try LogLabelReplacement.run(replacement, series))
        case .variants(let metrics, _):
            var out: [LogSeries] = []
            for (number, inner) in metrics.enumerated() {
                guard case .matrix(let series) = try evaluate(inner) else { throw .bad("variants needs vectors") }
                for one in series {
                    let labels = one.labels.filter { $0.name != "__variant__" } + [("__variant__", String(number))]
                    out.append(LogSeries(labels: LokiMapping.sorted(labels), values: one.values))
                }
            }
            return .matrix(out)
        }
    }

    /// The scan's range: windows are `(t - range, t]`, so the first nanosecond is one after the start.
    private func scanTime(_ aggregation: LogQLRangeAggregation) -> Range<UInt64> {
        let low = steps.start.subtractingSaturated(aggregation.offset).subtractingSaturated(aggregation.range)
        let high = steps.end.subtractingSaturated(aggregation.offset)
        let from = UInt64(max(0, low)) &+ (low >= 0 ? 1 : 0)
        let to = UInt64(max(0, high)) &+ 1
        return from..<max(from, to)
    }

    private func range(
        _ aggregation: LogQLRangeAggregation, grouping: LogQLGrouping?, sums: Bool
    ) throws(LogQueryError) -> [LogSeries] {
        var aggregation = aggregation
        let hints = LogParserHints(aggregation, grouping ?? aggregation.grouping)
        aggregation.pipeline.stages = hints.stages(aggregation.pipeline.stages)
        let time = scanTime(aggregation)
        let streams: LogStreams
        do throws(EngineError) {
            streams = try LogStreams(
                matching: aggregation.pipeline.matchers, time: time, snapshot: snapshot, budget: budget)
        } catch { throw .engine(error) }
        var collector = LogRangeCollector(
            aggregation: aggregation, grouping: grouping ?? aggregation.grouping, steps: steps)
        if !streams.isEmpty {
            do throws(EngineError) {
                if try count(aggregation, streams, time, into: &collector) { return collector.finish() }
                if try unwrap(aggregation, streams, time, into: &collector) { return collector.finish() }
                let runner = LogPipelineRunner(
                    aggregation.pipeline, streams: streams, needsMetadata: collector.needsMetadata(streams),
                    needsLine: collector.needsLine)
                let scan = runner.scan(
                    time, order: .oldestFirst, limit: nil, keys: snapshot.logAttributeKeys(time: time))
                try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
                    let before = collector.heldBytes
                    runner.forEachEntry(in: batch) { entry in
                        collector.add(entry)
                        return collector.failure == nil
                    }
                    try budget.charge(bytes: collector.heldBytes - before)
                    return collector.failure == nil
                }
            } catch { throw .engine(error) }
        }
        if let failure = collector.failure { throw .bad(failure) }
        return collector.finish()
    }

    /// Reads an unwrapped attribute from its column where that is enough (``LogUnwrapPlan``); false, and nothing
    /// collected, where it isn't.
    private func unwrap(
        _ aggregation: LogQLRangeAggregation, _ streams: LogStreams, _ time: Range<UInt64>,
        into collector: inout LogRangeCollector
    ) throws(EngineError) -> Bool {
        let runner = LogPipelineRunner(
            aggregation.pipeline, streams: streams, needsMetadata: true, needsLine: false)
        let scan = runner.scan(time, order: .any, limit: nil)
        guard let plan = LogUnwrapPlan(aggregation, collector.grouping, streams, scan: scan) else { return false }
        var collected = collector
        var isDone = true
        try snapshot.scanLogs(plan.scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
            let before = collected.heldBytes
            isDone = plan.add(batch, to: &collected)
            try budget.charge(bytes: collected.heldBytes - before)
            return isDone
        }
        if isDone { collector = collected } else { budget.release(bytes: collected.heldBytes - collector.heldBytes) }
        return isDone
    }

    /// Lets the engine count where it can (``LogCountPlan``); false, and nothing collected, where it can't.
    private func count(
        _ aggregation: LogQLRangeAggregation, _ streams: LogStreams, _ time: Range<UInt64>,
        into collector: inout LogRangeCollector
    ) throws(EngineError) -> Bool {
        let runner = LogPipelineRunner(
            aggregation.pipeline, streams: streams, needsMetadata: true, needsLine: collector.needsLine)
        let scan = runner.scan(time, order: .oldestFirst, limit: nil)
        guard
            let plan = LogCountPlan(aggregation, collector.grouping, streams, steps, scan: scan)
        else { return false }
        var counted = collector
        let counts = try snapshot.countLogs(plan.counting, budget: budget) { (batch) throws(EngineError) in
            let before = counted.heldBytes
            runner.forEachEntry(in: batch) { entry in
                counted.add(entry)
                return counted.failure == nil
            }
            try budget.charge(bytes: counted.heldBytes - before)
        }
        // What fails is told by the plain way, in its words.
        guard counted.failure == nil, plan.add(counts, to: &counted) else {
            budget.release(bytes: counted.heldBytes - collector.heldBytes)
            return false
        }
        collector = counted
        return true
    }
}

extension LogQLRangeOperation {
    /// Sums of these over series are the same operation over all their entries.
    var isAdditive: Bool {
        switch self {
        case .countOverTime, .rate, .bytesOverTime, .bytesRate, .sumOverTime: true
        default: false
        }
    }
}

package import TeleEngine
import TeleModel
package import TeleQL

/// Runs a metrics query: spans are scanned once a function, series then put together.
package struct TraceMetricQuery: Sendable {
    package var metric: TraceQLMetric
    package var grid: TraceMetricGrid
    /// Spans of one trace that are looked at where a trace is looked at as a whole.
    package var spansPerTrace = Int.max

    package init(metric: TraceQLMetric, grid: TraceMetricGrid) {
        self.metric = metric
        self.grid = grid
    }

    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [TraceSeries] {
        var cut: TraceCut?
        return try run(snapshot, budget, cut: &cut)
    }

    /// `cut` becomes why the values may be too low.
    package func run(
        _ snapshot: any EngineSnapshot, _ budget: QueryBudget, cut: inout TraceCut?
    ) throws(EngineError) -> [TraceSeries] {
        let series = try evaluate(metric, snapshot, budget, &cut)
        return series.filter { one in one.values.contains { !$0.isNaN } }
    }

    private func evaluate(
        _ metric: TraceQLMetric, _ snapshot: any EngineSnapshot, _ budget: QueryBudget, _ cut: inout TraceCut?
    ) throws(EngineError) -> [TraceSeries] {
        switch metric {
        case .number(let value):
            return [TraceSeries(labels: [], values: Array(repeating: value, count: grid.count))]
        case .spans(let spans) where spans.function == .compare:
            return try TraceComparison(spans, grid, spansPerTrace: spansPerTrace).run(snapshot, budget, cut: &cut)
        case .spans(let spans): return try collect(spans, snapshot, budget, &cut)
        case .binary(let operation, .number(let left), let right):
            return try evaluate(right, snapshot, budget, &cut).map { one in
                TraceSeries(labels: one.labels, values: one.values.map { Self.apply(operation, left, $0) })
            }
        case .binary(let operation, let left, .number(let right)):
            return try evaluate(left, snapshot, budget, &cut).map { one in
                TraceSeries(labels: one.labels, values: one.values.map { Self.apply(operation, $0, right) })
            }
        case .binary(let operation, let left, let right):
            let others = try evaluate(right, snapshot, budget, &cut)
            let byKey = Dictionary(others.map { ($0.key, $0.values) }) { first, _ in first }
            return try evaluate(left, snapshot, budget, &cut).compactMap { one in
                guard let other = byKey[one.key] else { return nil }
                let values = zip(one.values, other).map { Self.apply(operation, $0, $1) }
                return TraceSeries(labels: one.labels, values: values)
            }
        case .filter(let inner, let operation, let bound):
            return try evaluate(inner, snapshot, budget, &cut).map { one in
                TraceSeries(
                    labels: one.labels, values: one.values.map { Self.holds(operation, $0, bound) ? $0 : .nan })
            }
        case .top(let inner, let count, let isBottom):
            return Self.top(try evaluate(inner, snapshot, budget, &cut), count, isBottom, bins: grid.count)
        }
    }

    private static func apply(_ operation: TraceQLOperation, _ a: Double, _ b: Double) -> Double {
        switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: b == 0 ? .nan : a / b
        case .modulo: b == 0 ? .nan : a.truncatingRemainder(dividingBy: b)
        default: .nan
        }
    }

    private static func holds(_ operation: TraceQLOperation, _ a: Double, _ b: Double) -> Bool {
        switch operation {
        case .equal: a == b
        case .notEqual: !a.isNaN && a != b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        case .less: a < b
        case .lessOrEqual: a <= b
        default: false
        }
    }

    /// At every bin the largest (smallest) values stay; equal ones by the order of the series.
    private static func top(_ series: [TraceSeries], _ count: Int, _ isBottom: Bool, bins: Int) -> [TraceSeries] {
        guard series.count > count else { return series }
        var out = series
        for bin in 0..<bins {
            let present = series.indices.filter { !series[$0].values[bin].isNaN }
            guard present.count > count else { continue }
            let ranked = present.sorted { a, b in
                let (x, y) = (series[a].values[bin], series[b].values[bin])
                return x == y ? a < b : isBottom ? x < y : x > y
            }
            for loser in ranked.dropFirst(count) { out[loser].values[bin] = .nan }
        }
        return out
    }

    // MARK: Spans

    private func collect(
        _ metric: TraceQLSpanMetric, _ snapshot: any EngineSnapshot, _ budget: QueryBudget, _ cut: inout TraceCut?
    ) throws(EngineError) -> [TraceSeries] {
        let values = metric.by + (metric.value.map { [$0] } ?? [])
        let joined: TraceQLField? = values.dropFirst().reduce(values.first) { sum, field in
            sum.map { .binary(.and, $0, field) }
        }
        var accumulator = TraceMetricAccumulator(metric, grid)
        func add(_ batch: SpanBatch, _ rows: [Int], _ filter: TraceFilter) throws(EngineError) {
            for row in rows {
                var number: Double?
                if let value = metric.value {
                    number = filter.values(of: value, row: row).lazy.compactMap(TraceCompare.number).first
                    guard number != nil else { continue }
                }
                let groups = metric.by.map { filter.values(of: $0, row: row).first ?? .missing }
                try accumulator.add(time: batch.start[row], groups: groups, value: number, budget)
            }
        }
        try TraceMetricSource(metric.stages, also: values, spansPerTrace: spansPerTrace).forEach(
            grid.range, snapshot, budget, cut: &cut
        ) { (batch: SpanBatch, facts: TraceFacts?, rows: [Int]) throws(EngineError) in
            try add(batch, rows, TraceFilter(joined, batch, facts: facts))
        }
        return accumulator.series()
    }
}

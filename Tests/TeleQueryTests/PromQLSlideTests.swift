import TeleEngine
import TeleModel
import TeleQuery
import TeleTestKit
import Testing

/// Windows that slide give at each step what the same window gives by itself.
@Suite struct PromQLSlideTests {
    private static func engine(_ seed: UInt64) -> MemoryEngine {
        var random = SeededGenerator(seed: seed)
        let engine = MemoryEngine()
        for series in 0..<6 {
            var (times, values): ([Int64], [Double]) = ([], [])
            var time: Int64 = 0
            while time < 3_600_000 {
                time += random.chance(0.02) ? Int64(random.below(900_000)) : Int64(random.below(12_000))
                let value: Double
                switch random.below(60) {
                case 0: value = series == 1 ? .nan : -1
                case 1: value = series == 2 ? .infinity : 0
                case 2: value = series == 3 ? 1e15 : 3
                default: value = Double(random.below(1000)) / 8
                }
                if times.last == time { continue }
                times.append(time)
                values.append(value)
            }
            engine.append(LabelSet([("__name__", "m"), ("i", "\(series)")]), times: times, values: values)
        }
        return engine
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func asAlone(seed: UInt64) throws {
        let snapshot = Self.engine(seed).snapshot()
        for name in ["sum", "avg", "min", "max", "stddev", "stdvar", "count"] {
            let query = try PromQuery("\(name)_over_time(m[10m])")
            let grid = PromGrid(start: 0, step: 17_000, count: 220)
            guard
                case .vector(let range) = try query.range(grid, snapshot: snapshot, budget: QueryBudget()).result
            else { continue }
            for step in stride(from: 0, to: grid.count, by: 7) {
                let alone = try query.instant(at: grid.time(step), snapshot: snapshot, budget: QueryBudget())
                guard case .vector(let block) = alone.result else { continue }
                for row in 0..<range.count {
                    let known = block.labels.firstIndex(of: range.labels[row])
                    let cell = row * grid.count + step
                    #expect((known != nil) == (range.state[cell] == PromBlock.float), "seed \(seed)")
                    guard let known else { continue }
                    let (a, b) = (range.values[cell], block.values[known])
                    let isSame = a == b || a.isNaN && b.isNaN || (a - b).magnitude <= 1e-9 * max(1, b.magnitude)
                    #expect(isSame, "\(name) at step \(step): \(a), alone \(b), seed \(seed)")
                }
            }
        }
    }

    /// An engine that gives its series in parts of a few.
    private struct Parts: EngineSnapshot {
        let whole: any EngineSnapshot

        func logResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore { BatchCore() }
        func spanResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore { BatchCore() }
        func scanLogs(
            _ scan: LogScan, budget: QueryBudget, _ body: (LogBatch) throws(EngineError) -> Bool
        ) throws(EngineError) {}
        func scanSpans(
            _ scan: SpanScan, budget: QueryBudget, _ body: (SpanBatch) throws(EngineError) -> Bool
        ) throws(EngineError) {}
        func trace(
            _ id: TraceID, offset: Int, limit: Int, budget: QueryBudget
        ) throws(EngineError) -> TraceSpans { TraceSpans() }
        func traceIDs(
            prefix: TraceID, bits: Int, limit: Int, budget: QueryBudget
        ) throws(EngineError) -> [TraceID] { [] }
        func series(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [LabelSet] { [] }
        func exemplars(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [ExemplarData] { [] }
        func metadata() -> [MetricMetadata] { [] }
        func select(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> SeriesData {
            try whole.select(selection, budget: budget)
        }

        func select(
            _ selection: SeriesSelection, budget: QueryBudget, _ body: (SeriesData) throws(EngineError) -> Bool
        ) throws(EngineError) {
            let all = try whole.select(selection, budget: budget)
            for series in 0..<all.count {
                var part = SeriesData()
                let rows = all.offsets[series]..<all.offsets[series + 1]
                part.labels = [all.labels[series]]
                part.times = Array(all.times[rows])
                part.values = Array(all.values[rows])
                part.offsets.append(rows.count)
                part.histogramOffsets.append(0)
                if try !body(part) { return }
            }
        }
    }

    /// Series that come in parts fold to what they fold to at once.
    @Test func parts() throws {
        let whole = Self.engine(9).snapshot()
        let grid = PromGrid(start: 600_000, step: 30_000, count: 60)
        for operation in ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"] {
            for inner in ["m", "rate(m[5m])", "max_over_time(m[5m])"] {
                for grouping in ["", "by (i) ", "without (i) "] {
                    let query = try PromQuery("\(operation) \(grouping)(\(inner))")
                    let a = try query.range(grid, snapshot: whole, budget: QueryBudget()).result
                    let b = try query.range(grid, snapshot: Parts(whole: whole), budget: QueryBudget()).result
                    guard case .vector(let a) = a, case .vector(let b) = b else {
                        Issue.record("no vector")
                        continue
                    }
                    #expect(a.count > 0 && a.labels == b.labels && a.state == b.state, "\(query.source)")
                    #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "\(query.source)")
                }
            }
        }
    }
}

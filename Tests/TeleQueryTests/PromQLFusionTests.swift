import TeleEngine
import TeleModel
import TeleQuery
import TeleTestKit
import Testing

/// Aggregations worked out series by series give what they give over a block of all rows: `(x) + 0` is no selector and
/// no range function, and takes the other way.
@Suite struct PromQLFusionTests {
    static let seed: UInt64 = 0x5eed_0007

    static func engine() -> MemoryEngine {
        var random = SeededGenerator(seed: seed)
        let engine = MemoryEngine()
        for series in 0..<23 {
            var times: [Int64] = []
            var values: [Double] = []
            var (time, value) = (Int64.random(in: 0...20_000, using: &random), 0.0)
            while time < 900_000 {
                value += Double(Int.random(in: 0...9, using: &random))
                switch Int.random(in: 0..<40, using: &random) {
                case 0: value = 0
                case 1: time += 400_000
                case 2:
                    times.append(time)
                    values.append(SampleBatch.staleMarker)
                    time += 15_000
                    continue
                case 3:
                    times.append(time)
                    values.append(series % 5 == 0 ? .nan : -value)
                    time += 15_000
                    continue
                default: break
                }
                times.append(time)
                values.append(value)
                time += Int64.random(in: 5_000...25_000, using: &random)
            }
            engine.append(
                LabelSet([("__name__", "m_total"), ("g", "\(series % 3)"), ("i", "\(series)")]), times: times,
                values: values)
        }
        return engine
    }

    @Test(arguments: [
        "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "quantile(0.3,", "quantile(1,", "topk(2,",
        "bottomk(30,", "topk(1,",
    ])
    func agrees(_ operation: String) throws {
        let snapshot = PromQLFusionTests.engine().snapshot()
        let head = operation.hasSuffix(",") ? operation : operation + "("
        for inner in ["m_total", "rate(m_total[1m])", "increase(m_total[5m])", "max_over_time(m_total[45s])"] {
            for grouping in ["", "by (g) "] {
                let name = head.prefix { $0 != "(" } + " " + grouping
                let rest = head.drop { $0 != "(" }
                let fused = try PromQuery("\(name)\(rest)\(inner))")
                let plain = try PromQuery("\(name)\(rest)(\(inner)) + 0)")
                for grid in [
                    PromGrid(start: 30_000, step: 40_000, count: 20), PromGrid(start: 600_000, step: 0, count: 1),
                ] {
                    let a = try Self.cells(fused, grid, snapshot)
                    let b = try Self.cells(plain, grid, snapshot)
                    #expect(a == b, "\(fused.source) at \(grid), seed \(PromQLFusionTests.seed)")
                    #expect(!a.isEmpty)
                }
            }
        }
    }

    /// Values as bit patterns by labels and time; all NaN are one.
    private static func cells(
        _ query: PromQuery, _ grid: PromGrid, _ snapshot: any EngineSnapshot
    ) throws -> [String: UInt64] {
        let answer =
            grid.count == 1
            ? try query.instant(at: grid.start, snapshot: snapshot, budget: QueryBudget())
            : try query.range(grid, snapshot: snapshot, budget: QueryBudget())
        guard case .vector(let block) = answer.result else { return [:] }
        var out: [String: UInt64] = [:]
        for row in 0..<block.count {
            let labels = block.labels[row].pairs.filter { $0.name != "__name__" }
            for step in 0..<block.steps where block.state[row * block.steps + step] == PromBlock.float {
                let value = block.values[row * block.steps + step]
                out["\(labels) \(step)"] = value.isNaN ? 0 : (value == 0 ? 1 : value.bitPattern)
            }
        }
        return out
    }
}

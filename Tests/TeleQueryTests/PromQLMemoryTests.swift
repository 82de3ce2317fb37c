import TeleEngine
import TeleModel
import TeleQuery
import TeleTestKit
import Testing

/// Aggregations that choose or fold hold what their answer needs, not the series: thousands of them fit where a block
/// of all rows does not.
@Suite struct PromQLMemoryTests {
    private static let grid = PromGrid(start: 0, step: 10_000, count: 24)

    private static let snapshot: any EngineSnapshot = {
        let engine = MemoryEngine()
        var random = SeededGenerator(seed: 0x5eed_0011)
        let times = (0..<24 as Range<Int64>).map { $0 * 10_000 }
        for series in 0..<1_200 {
            let values = times.map { _ in Double(random.below(1 << 40)) }
            engine.append(
                LabelSet([("__name__", "m"), ("g", "\(series % 4)"), ("i", "\(series)")]), times: times, values: values)
        }
        return engine.snapshot()
    }()

    @Test(arguments: [
        "topk(3, m)", "bottomk by (g) (1, m)", "limitk(5, m)", "limit_ratio(0.01, m)", "quantile(0.9, m)",
        "quantile by (g) (0.25, rate(m[1m]))", "sum by (g) (m)", "count_values(\"v\", changes(m[1m]))",
    ])
    func staysSmall(query: String) throws {
        let query = try PromQuery(query)
        let small = QueryBudget(maxBytes: 240_000)
        let wide = QueryBudget()
        guard case .vector(let a) = try query.range(Self.grid, snapshot: Self.snapshot, budget: small).result,
            case .vector(let b) = try query.range(Self.grid, snapshot: Self.snapshot, budget: wide).result
        else { return }
        #expect(a.labels == b.labels && a.values == b.values && a.state == b.state)
        #expect(a.count > 0)
    }

    @Test func blocksDoNotFit() throws {
        #expect(throws: PromFailure.self) {
            try PromQuery("m").range(Self.grid, snapshot: Self.snapshot, budget: QueryBudget(maxBytes: 240_000))
        }
    }
}

import TeleEngine
import TeleModel
import TeleQuery
import TeleTestKit
import Testing

/// What a query may cost is bounded, whatever way it takes, and the failure names the limit.
@Suite struct PromQLBudgetTests {
    static let queries = [
        "m", "rate(m[5m])", "sum(m)", "sum by (i) (rate(m[5m]))", "quantile(0.5, m)", "topk(3, rate(m[1m]))",
        "max_over_time(m[5m:10s])", "m + on(i) m", "count_values(\"v\", m)", "sum(m) and sum(rate(m[5m]))",
        "label_replace(m, \"a\", \"b\", \"\", \"\")", "sort(m)",
    ]
    private static let grid = PromGrid(start: 0, step: 10_000, count: 60)

    private static let snapshot: any EngineSnapshot = {
        let engine = MemoryEngine()
        for series in 0..<12 {
            let times = (0..<60 as Range<Int64>).map { $0 * 10_000 }
            engine.append(
                LabelSet([("__name__", "m"), ("i", "\(series)")]), times: times, values: times.map(Double.init))
        }
        return engine.snapshot()
    }()

    private func failure(_ query: String, _ budget: QueryBudget) throws -> EngineError? {
        do {
            _ = try PromQuery(query).range(Self.grid, snapshot: Self.snapshot, budget: budget)
        } catch PromFailure.engine(let error) {
            return error
        }
        return nil
    }

    private func expect(_ error: EngineError?, names limit: String, _ query: String) {
        guard case .overBudget(let message) = error else {
            Issue.record("\(query): \(String(describing: error)), not over budget")
            return
        }
        #expect(message.contains(limit), "\(query): \(message)")
    }

    @Test(arguments: queries) func samples(query: String) throws {
        expect(try failure(query, QueryBudget(maxRows: 300)), names: "query.max_rows", query)
        #expect(try failure(query, QueryBudget(maxRows: 1 << 20)) == nil)
    }

    @Test(arguments: queries.filter { !$0.hasPrefix("sum") }) func memory(query: String) throws {
        // Quantiles make do with the values of one step.
        let bytes = query.hasPrefix("quantile") ? 500 : 2_000
        expect(try failure(query, QueryBudget(maxBytes: bytes)), names: "query.max_bytes", query)
    }

    @Test(arguments: queries) func series(query: String) throws {
        expect(try failure(query, QueryBudget(maxSeries: 11)), names: "query.max_series", query)
        #expect(try failure(query, QueryBudget(maxSeries: 12)) == nil)
    }

    @Test(arguments: queries) func time(query: String) throws {
        #expect(try failure(query, QueryBudget(timeout: .seconds(-1))) == .deadlineExceeded)
    }

    @Test(arguments: queries) func cancellation(query: String) throws {
        let budget = QueryBudget()
        budget.cancel()
        #expect(try failure(query, budget) == .cancelled)
    }
}

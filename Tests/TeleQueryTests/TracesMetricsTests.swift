import TeleEngine
import TeleModel
import TeleQL
import TeleQuery
import TeleTestKit
import Testing

struct TracesMetricsTests {
    private static let second: UInt64 = 1_000_000_000
    /// One span at each of the seconds 1 to 40, 10 ms times its number long; every fourth failed.
    private static let records: [SpanRecord] = (1...40).map { (i: UInt64) in
        SpanRecord(
            trace: i, id: i, service: i % 2 == 0 ? "even" : "odd", start: i * second, end: i * second + i * 10_000_000,
            status: i % 4 == 0 ? 2 : 0, attributes: i > 20 ? [("n", .int(Int64(i)))] : [])
    }

    private func series(_ query: String) async throws -> [String: [Double]] {
        let grid = try #require(
            TraceMetricGrid(from: 3 * Self.second, to: 35 * Self.second, step: 10 * Self.second))
        let found = try TraceMetricQuery(metric: TraceQLParser.parseMetric(query), grid: grid)
            .run(try await TracesFixture.snapshot(Self.records), QueryBudget())
        let named = found.map { one in
            let labels = one.labels.filter { $0.name != "__name__" }
            return (labels.map { TraceValueText.text(of: $0.value) }.joined(separator: ","), one.values)
        }
        return Dictionary(named) { first, _ in first }
    }

    /// Bins are `(t - step, t]`; the start is rounded down, the end up.
    @Test func binsAreClosedAtTheirEnd() async throws {
        #expect(try await series("{ } | count_over_time()") == ["": [10, 10, 10, 10]])
        #expect(try await series("{ } | rate()") == ["": [1, 1, 1, 1]])
        #expect(try await series("{ } | max_over_time(duration)") == ["": [0.1, 0.2, 0.3, 0.4]])
        let least = try await series("{ } | min_over_time(duration) > 150ms")
        #expect(least[""]?.suffix(2) == [0.21, 0.31])
    }

    @Test func groupsAndRanks() async throws {
        let by = try await series("{ } | count_over_time() by (resource.service.name)")
        #expect(by == ["even": [5, 5, 5, 5], "odd": [5, 5, 5, 5]])
        let sums = try await series("{ } | sum_over_time(span.n) by (resource.service.name) | topk(1)")
        #expect(sums["odd"] == nil)
        #expect(sums["even"]?.suffix(2) == [130, 180])
        let few = try await series("{ } | count_over_time() by (span.n) | bottomk(1)")
        #expect(few["nil"]?.first == 10)
    }

    @Test func arithmeticMatchesLabels() async throws {
        let ratio = try await series(
            "100 * ({ status = error } | rate() by (resource.service.name)) / ({ } | rate() by (resource.service.name))"
        )
        #expect(ratio == ["even": [40, 60, 40, 60]])
    }

    @Test func quantilesAndHistograms() async throws {
        let quantiles = try await series("{ } | quantile_over_time(duration, .5, 0.9)")
        #expect(quantiles["0.5"] == [0.05, 0.15, 0.25, 0.35])
        #expect(quantiles["0.9"] == [0.09, 0.19, 0.29, 0.39])
        let histogram = try await series("{ } | histogram_over_time(duration)")
        // (134, 268] ms: of the second bin 140 to 200 ms, of the third 210 to 260 ms.
        #expect(histogram["0.268435456"].map { Array($0[1...2]) } == [7, 6])
    }

    /// A query over whole traces counts what one over spans counts.
    @Test func bothWaysAgree() async throws {
        let plain = try await series("{ status = error } | count_over_time()")
        #expect(try await series("{ status = error && traceDuration > 0s } | count_over_time()") == plain)
        #expect(plain == ["": [2, 3, 2, 3]])
    }

    @Test func comparesSelections() async throws {
        let found = try await series("{ } | compare({ status = error })")
        #expect(found["selection,even"] == [2, 3, 2, 3])
        #expect(found["baseline,odd"] == [5, 5, 5, 5])
    }
}

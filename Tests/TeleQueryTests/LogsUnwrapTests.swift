import TeleEngine
import TeleModel
import TeleQL
import TeleTestKit
import Testing

@testable import TeleQuery

/// Unwrapped attributes that are read from their columns against the same query with a stage that does nothing, which
/// makes every entry's labels.
struct LogsUnwrapTests {
    private static let queries = [
        #"avg_over_time({service_name=~".+"}STAGES | unwrap took [RANGE]) by (http_route)"#,
        #"quantile_over_time(0.99, {service_name=~".+"}STAGES | unwrap took [RANGE]) by (http_route)"#,
        #"sum by (service_name, http_route) (sum_over_time({service_name="a"}STAGES | unwrap took [RANGE]))"#,
        #"first_over_time({service_name=~".+"} |= "e"STAGES | unwrap took [RANGE] offset 2s) by (service_name)"#,
        #"last_over_time({service_name=~".+"}STAGES | unwrap took [RANGE]) by (host_name)"#,
        #"max_over_time({service_name=~".+"}STAGES | unwrap count | __error__="" [RANGE]) by (http_route)"#,
        #"stddev_over_time({service_name=~".+"}STAGES | unwrap took [RANGE]) by (nothing)"#,
        #"stdvar_over_time({service_name=~".+"}STAGES | unwrap took [RANGE]) by (service_name)"#,
        #"min_over_time({service_name=~".+"}STAGES | unwrap http_route | __error__="" [RANGE]) by (service_name)"#,
        #"sum(sum_over_time({service_name=~".+"}STAGES | unwrap took [RANGE]))"#,
    ]

    /// Records with numbers as attributes of every kind, some given twice, one batch in three rows.
    private func snapshot(_ random: inout SeededGenerator) async throws -> any EngineSnapshot {
        let engine = MemoryEngine()
        for _ in 0..<30 {
            let records = (0..<5).map { _ in
                var record = LogRecord(time: UInt64(random.below(50)) * 1_000_000_000, body: "some line")
                record.resource = ["service.name": ["a", "b"][random.below(2)], "host.name": "h\(random.below(2))"]
                if random.chance(0.8) { record.attributes["took"] = "\(Double(random.below(4_000)) / 8)" }
                if random.chance(0.6) { record.attributes["count"] = ["7", "x", "", "1e3"][random.below(4)] }
                if random.chance(0.6) { record.attributes["http.route"] = ["/r0", "/r1", "5"][random.below(3)] }
                return record
            }
            var batch = LogsFixture.batch(records)
            let took = batch.core.keyIndex("took")
            for entry in 0..<batch.attributes.entryCount where batch.attributes.keys[entry] == took {
                let text = batch.core.heap.string(batch.attributes.value(at: entry).range)
                guard let number = Double(text), random.chance(0.8) else { continue }
                let value: RawValue = random.chance(0.3) ? .int(Int64(number)) : .double(number)
                batch.attributes.kinds[entry] = value.kind.rawValue
                batch.attributes.values[entry] = value.bits
            }
            try await engine.append(batch)
        }
        return engine.snapshot()
    }

    @Test(arguments: 0..<5 as Range<UInt64>) func columnsAgreeWithEveryEntry(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed &+ 600)
        let snapshot = try await snapshot(&random)
        for query in Self.queries {
            let steps = try #require(
                LogSteps(
                    start: 1_000_000_000, end: 60_000_000_000, step: Int64(1 + random.below(20)) * 1_000_000_000,
                    limit: 1_000))
            let range = "\(1 + random.below(40))s"
            func answer(_ stages: String) throws -> [String: [Double?]] {
                try LogsFixture.series(query, stages: stages, range: range, steps, snapshot)
            }
            let mine = try answer("")
            #expect(try mine == answer(" | drop no_such_label"), "seed \(seed): \(query) [\(range)]")
            #expect(!mine.isEmpty, "seed \(seed): \(query)")
        }
    }
}

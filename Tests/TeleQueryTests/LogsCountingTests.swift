import TeleEngine
import TeleModel
import TeleQL
import TeleTestKit
import Testing

@testable import TeleQuery

/// Counts that the engine makes against the same query with a stage that does nothing, which makes it look at every
/// entry.
struct LogsCountingTests {
    private static let words = ["", "error: it broke", "level=warn slow", "all fine", "GET /x 200", "fatal"]
    private static let levels = ["", "", "INFO", "error", "Warning", "weird", "E"]

    private func records(_ random: inout SeededGenerator, odd: Bool) -> [LogRecord] {
        (0..<150).map { _ in
            var record = LogRecord(
                time: UInt64(1 + random.below(500)) * 100_000_000, body: Self.words[random.below(Self.words.count)])
            record.resource = ["service.name": ["a", "b"][random.below(2)], "host.name": "h\(random.below(2))"]
            if odd, random.chance(0.5) { record.resource["k8s.pod.name"] = "p\(random.below(2))" }
            record.severity = random.chance(odd ? 0.7 : 1) ? Int32(1 + random.below(24)) : 0
            record.severityText = Self.levels[random.below(Self.levels.count)]
            if random.chance(0.4) { record.attributes["http.route"] = "/r\(random.below(3))" }
            if odd, random.chance(0.05) { record.attributes["level"] = "debug" }
            if odd, random.chance(0.05) { record.attributes["detected.level"] = "critical" }
            if odd, random.chance(0.1) { record.number = 7 }
            return record
        }
    }

    private static let queries = [
        #"sum by (service_name) (count_over_time({service_name=~".+"}STAGES[RANGE]))"#,
        #"sum(rate({service_name="a"}STAGES[RANGE]))"#,
        #"sum by (detected_level) (count_over_time({service_name=~".+"}STAGES[RANGE]))"#,
        #"sum by (service_name, detected_level) (bytes_over_time({service_name=~".+"}STAGES[RANGE] offset 3s))"#,
        #"sum by (service_name) (count_over_time({service_name=~".+"} |= "e"STAGES[RANGE]))"#,
        #"sum by (k8s_pod_name) (count_over_time({service_name=~".+"}STAGES[RANGE]))"#,
        #"sum by (http_route) (count_over_time({service_name=~".+"}STAGES[RANGE]))"#,
        #"sum by (http) (count_over_time({service_name=~".+"}STAGES[RANGE]))"#,
        #"sum by (service_name) (count_over_time({service_name=~".+"} | detected_level="error"STAGES[RANGE]))"#,
        #"sum by (detected_level) (rate({service_name=~".+"} | detected_level!="info" or service_name="b"STAGES[RANGE]))"#,
        #"sum by (host_name) (count_over_time({service_name=~".+"}STAGES[RANGE]))"#,
        #"sum by (severity_text) (count_over_time({service_name=~".+"}STAGES[RANGE]))"#,
        #"max by (level) (sum by (level, service_name) (bytes_rate({service_name=~".+"} != "fine"STAGES[RANGE])))"#,
    ]

    @Test(arguments: 0..<6 as Range<UInt64>) func countsAgreeWithEveryEntry(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed &+ 77)
        let snapshot = try await LogsFixture.snapshot(records(&random, odd: seed % 2 == 1))
        for query in Self.queries {
            let steps = try #require(
                LogSteps(
                    start: Int64(random.below(20)) * 1_000_000_000, end: 60_000_000_000,
                    step: Int64(1 + random.below(20)) * 1_000_000_000, limit: 1_000))
            let range = "\(1 + random.below(30))s"
            func answer(_ stages: String) throws -> [String: [Double?]] {
                try LogsFixture.series(query, stages: stages, range: range, steps, snapshot)
            }
            let mine = try answer("")
            #expect(try mine == answer(" | drop no_such_label"), "seed \(seed): \(query) [\(range)]")
            #expect(!mine.isEmpty || query.contains("error"), "seed \(seed): \(query)")
        }
    }

    /// What is decided by streams, severity and time is planned; what needs more is not.
    @Test func plansAreMadeForWhatTheyDecide() async throws {
        var random = SeededGenerator(seed: 5)
        let snapshot = try await LogsFixture.snapshot(records(&random, odd: false))
        let (steps, time) = (LogSteps(instant: 60_000_000_000), 0..<UInt64.max)
        let isPlanned = [true, true, true, true, true, true, true, true, true, true, false, false, true]
        for (query, expected) in zip(Self.queries, isPlanned) {
            let text = query.replacing("STAGES", with: "").replacing("RANGE", with: "1m")
            guard case .metric(let metric) = try LogQLParser.parse(text) else { continue }
            var inner = metric
            var grouping: LogQLGrouping?
            while case .aggregation(_, _, let by, let next) = inner { (inner, grouping) = (next, by) }
            guard case .range(let aggregation) = inner else { continue }
            let streams = try LogStreams(
                matching: aggregation.pipeline.matchers, time: time, snapshot: snapshot, budget: QueryBudget())
            let plan = LogCountPlan(
                aggregation, grouping ?? LogQLGrouping(isWithout: false, labels: []), streams, steps,
                scan: LogScan(time: time))
            #expect((plan != nil) == expected, "\(query)")
        }
    }
}

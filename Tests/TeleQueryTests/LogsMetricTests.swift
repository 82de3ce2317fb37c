import TeleEngine
import TeleModel
import TeleQL
import TeleQuery
import TeleTestKit
import Testing

struct LogsMetricTests {
    private static let second: UInt64 = 1_000_000_000

    private func evaluate(
        _ query: String, _ records: [LogRecord], _ steps: LogSteps
    ) async throws -> LogMetricResult {
        guard case .metric(let metric) = try LogQLParser.parse(query) else { throw LogQueryError.bad("no metric") }
        let snapshot = try await LogsFixture.snapshot(records)
        return try LogMetricEvaluator(steps: steps, snapshot: snapshot, budget: QueryBudget()).evaluate(metric)
    }

    private func values(_ result: LogMetricResult) -> [String: [Double?]] {
        guard case .matrix(let series) = result else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: series.map { one in
                (one.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ","), one.values)
            })
    }

    /// What Grafana asks to see whether the data source lives.
    @Test func healthQuery() async throws {
        let result = try await evaluate("vector(1)+vector(1)", [], LogSteps(instant: 5))
        #expect(values(result) == ["": [2]])
        guard case .scalar(let three) = try await evaluate("1 + 2", [], LogSteps(instant: 5)) else {
            Issue.record("no scalar")
            return
        }
        #expect(three == 3)
    }

    /// Windows are `(t - range, t]` to the nanosecond.
    @Test func windowsAreOpenAtTheStart() async throws {
        let records = [10, 20].map { LogRecord(time: UInt64($0) * LogsMetricTests.second, body: "x") }
        let query = #"sum(count_over_time({service_name="api"}[10s]))"#
        func at(_ seconds: Int64, _ extra: Int64 = 0) async throws -> [Double?]? {
            values(try await evaluate(query, records, LogSteps(instant: seconds * 1_000_000_000 + extra)))[""]
        }
        #expect(try await at(10) == [1])
        #expect(try await at(10, -1) == nil)
        #expect(try await at(19, 999_999_999) == [1])
        #expect(try await at(20) == [1])
        #expect(try await at(30, -1) == [1])
        #expect(try await at(30) == nil)
    }

    @Test func groupsAndRates() async throws {
        let records: [LogRecord] = (0..<20).map { (i: Int) -> LogRecord in
            let body = i % 2 == 0 ? "v=1 odd" : "v=3 even"
            let service = i % 4 == 0 ? "a" : "b"
            let time = UInt64(i + 1) * LogsMetricTests.second
            return LogRecord(time: time, body: body, resource: ["service.name": service], severity: 9)
        }
        let steps = LogSteps(instant: 20_000_000_000)
        let by = #"sum by (service_name) (count_over_time({service_name=~".+"} |= "v" [1m]))"#
        #expect(values(try await evaluate(by, records, steps)) == ["service_name=a": [5], "service_name=b": [15]])
        let level = #"sum by (detected_level) (rate({service_name=~".+"} != "odd" [10s]))"#
        #expect(values(try await evaluate(level, records, steps)) == ["detected_level=info": [0.5]])
        let bytes = #"sum(bytes_over_time({service_name="a"}[1m])) / 7"#
        #expect(values(try await evaluate(bytes, records, steps)) == ["": [5]])
        let unwrapped = #"max(sum_over_time({service_name="b"} | logfmt | unwrap v [1m]))"#
        #expect(values(try await evaluate(unwrapped, records, steps)) == ["": [35]])
        let top = #"topk(1, sum by (service_name) (count_over_time({service_name=~".+"}[1m])))"#
        #expect(values(try await evaluate(top, records, steps)) == ["service_name=b": [15]])
        let ratio =
            #"sum by (service_name) (count_over_time({service_name="a"}[1m])) / sum by (service_name) (count_over_time({service_name=~".+"}[1m]))"#
        #expect(values(try await evaluate(ratio, records, steps)) == ["service_name=a": [1]])
        let absent = #"absent_over_time({service_name="none"}[1m])"#
        #expect(values(try await evaluate(absent, records, steps)) == ["service_name=none": [1]])
    }

    @Test func stepsAlignAsInLoki() throws {
        let steps = try #require(LogSteps(start: 61, end: 119, step: 60, limit: 10))
        #expect((0..<steps.count).map(steps.time) == [60, 120])
        #expect(LogSteps(start: 0, end: 1000, step: 1, limit: 100) == nil)
        #expect(LogSteps(start: 0, end: 10, step: 0, limit: 100) == nil)
    }

    /// Difference arrays against counting each window by itself.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func countsAgreeWithTheDefinition(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let times = (0..<60).map { _ in Int64(1 + random.below(1000)) }
        let (range, step) = (Int64(1 + random.below(200)), Int64(1 + random.below(50)))
        let steps = try #require(LogSteps(start: 0, end: 1200, step: step, limit: 5000))
        let query = #"sum(count_over_time({service_name="api"}[\#(range)ns]))"#
        let result = values(
            try await evaluate(query, times.map { LogRecord(time: UInt64($0), body: "x") }, steps))
        let expected: [Double?] = (0..<steps.count).map { i in
            let t = steps.time(i)
            let count = times.filter { $0 > t - range && $0 <= t }.count
            return count == 0 ? nil : Double(count)
        }
        #expect(result[""] == expected, "seed \(seed)")
    }

    @Test func errorsOfThePipelineRefuseTheMetric() async throws {
        let records = [LogRecord(time: 5, body: "no json")]
        await #expect(throws: LogQueryError.self) {
            try await evaluate(#"count_over_time({service_name="api"} | json [1m])"#, records, LogSteps(instant: 10))
        }
        let filtered = #"count_over_time({service_name="api"} | json | __error__="" [1m])"#
        #expect(values(try await evaluate(filtered, records, LogSteps(instant: 10))).isEmpty)
    }
}

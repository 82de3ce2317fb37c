import TeleAlert
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@Suite struct RuleReplayTests {
    private static func replay(
        _ rule: String, _ bench: RuleBench, through end: Int64, step: Int64 = 60_000, timeout: Duration = .seconds(60)
    ) throws -> [String] {
        let group = try bench.group(rule).group
        var replay = RuleReplay(group.rules[0], of: group, options: RuleOptions())
        try replay.run(
            from: 0, through: end, step: step, snapshot: bench.engine.snapshot(), deadline: .now + timeout,
            makeBudget: { QueryBudget() })
        return replay.histories.flatMap { history in
            history.periods.map { "\(history.labels["i"] ?? "") \($0.state) \($0.from / 60_000)-\($0.to / 60_000)" }
        }.sorted()
    }

    @Test func statesAreThoseOfARunningGroup() async throws {
        let bench = RuleBench()
        // Above 1 from minute 300 to 309 and 320 to 321: across the queries' parts.
        for minute in Int64(0)...600 {
            let high = (300...309).contains(minute) || (320...321).contains(minute)
            bench.write("a", [("i", "x")], at: minute * 60_000, high ? 2 : 0)
        }
        let rule = "- {alert: A, expr: a > 1, for: 3m, keep_firing_for: 5m, labels: {v: '{{ $labels.i }}'}}"
        let whole = try RuleReplayTests.replay(rule, bench, through: 600 * 60_000)
        #expect(whole == ["x firing 303-315", "x pending 300-303", "x pending 320-322"], "\(whole)")
        #expect(try RuleReplayTests.replay(rule, bench, through: 305 * 60_000).first == "x firing 303-305")
        #expect(try bench.values("ALERTS", at: 305 * 60_000).isEmpty)
        // The same as a group that runs.
        let group = try bench.group(rule)
        for minute in Int64(0)...600 {
            await group.evaluate(at: minute * 60_000, bench.context)
            let state = group.status.rules[0].tracker.state
            let wanted: AlertState =
                (303..<315).contains(minute)
                ? .firing : (300..<303).contains(minute) || (320..<322).contains(minute) ? .pending : .inactive
            #expect(state == wanted, "minute \(minute)")
        }
    }

    @Test func theOtherLanguages() throws {
        let bench = RuleBench()
        let rule = "- {alert: A, lang: logql, expr: 'vector(7) > 5'}"
        #expect(try RuleReplayTests.replay(rule, bench, through: 300_000) == [" firing 0-5"])
    }

    @Test func limits() throws {
        let bench = RuleBench()
        let rule = "- {alert: A, expr: vector(1)}"
        #expect(throws: RuleQueryError.self) {
            try RuleReplayTests.replay(rule, bench, through: 11_000 * 60_000)
        }
        #expect(try RuleReplayTests.replay(rule, bench, through: 10_999 * 60_000) == [" firing 0-10999"])
        #expect(throws: RuleQueryError.self) {
            try RuleReplayTests.replay(rule, bench, through: 60_000, timeout: .zero)
        }
    }
}

import Synchronization
import TeleAlert
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@Suite struct RunningGroupTests {
    @Test func recordsInOrderAndAlerts() async throws {
        let bench = RuleBench()
        let group = try bench.group(
            """
            - {record: "a:sum", expr: "sum by (job) (a)", labels: {by: rule}}
            - {record: "a:double", expr: "2 * a:sum"}
            - {alert: High, expr: "a:double > 3", labels: {severity: page}, annotations: {text: hello}}
            """)
        bench.write("a", [("job", "x"), ("i", "1")], at: 0, 1)
        bench.write("a", [("job", "x"), ("i", "2")], at: 0, 2)
        await group.evaluate(at: 10_000, bench.context)
        #expect(try bench.values("a:sum", at: 10_000) == ["{__name__=a:sum,by=rule,job=x} 3.0"])
        #expect(try bench.values("a:double", at: 10_000) == ["{__name__=a:double,by=rule,job=x} 6.0"])
        #expect(
            try bench.values("ALERTS", at: 10_000) == [
                "{__name__=ALERTS,alertname=High,alertstate=firing,by=rule,job=x,severity=page} 1.0"
            ])
        let alerts = bench.sink.alerts.withLock { $0 }
        #expect(alerts.count == 1)
        #expect(
            alerts.first?.labels
                == LabelSet([("alertname", "High"), ("by", "rule"), ("job", "x"), ("severity", "page")]))
        #expect(alerts.first?.annotations["text"] == "hello")
        #expect(alerts.first?.value == 6)
        #expect(group.status.rules.allSatisfy { $0.health == .ok })
    }

    @Test func aSeriesThatVanishesEndsWithAMarker() async throws {
        let bench = RuleBench()
        let group = try bench.group("- {record: r, expr: a > 1}\n- {alert: A, expr: a > 1}")
        bench.write("a", [], at: 0, 2)
        await group.evaluate(at: 0, bench.context)
        #expect(try bench.values("r", at: 1000).count == 1)
        bench.write("a", [], at: 60_000, 1)
        await group.evaluate(at: 60_000, bench.context)
        #expect(try bench.values("r", at: 61_000).isEmpty)
        #expect(try bench.values("ALERTS", at: 61_000).isEmpty)
        #expect(try bench.values("ALERTS_FOR_STATE", at: 61_000).isEmpty)
        #expect(bench.sink.alerts.withLock { $0 }.map(\.state) == [.firing, .resolved])
    }

    @Test func forGoesOnAfterARestart() async throws {
        let bench = RuleBench()
        let rules = "- {alert: A, expr: a > 1, for: 20m}"
        var group = try bench.group(rules)
        for minute in stride(from: 0, through: 60, by: 1) { bench.write("a", [], at: Int64(minute) * 60_000, 2) }
        for minute in 0...15 { await group.evaluate(at: Int64(minute) * 60_000, bench.context) }
        #expect(group.status.rules[0].tracker.state == .pending)
        // Down for four minutes: 5 of 20 were left, and the grace period is 10.
        group = try bench.group(rules)
        for minute in 19...28 { await group.evaluate(at: Int64(minute) * 60_000, bench.context) }
        #expect(group.status.rules[0].tracker.state == .pending)
        await group.evaluate(at: 29 * 60_000, bench.context)
        #expect(group.status.rules[0].tracker.state == .firing)
        // One that fires goes on firing, since the same time.
        let before = try #require(bench.sink.alerts.withLock { $0.last })
        group = try bench.group(rules)
        await group.evaluate(at: 31 * 60_000, bench.context)
        #expect(group.status.rules[0].tracker.state == .firing)
        let after = try #require(bench.sink.alerts.withLock { $0.last })
        #expect(after.startsAt == before.startsAt && after.fingerprint == before.fingerprint)
    }

    @Test func aRuleThatFailsKeepsItsStateAndTheOthersGoOn() async throws {
        let bench = RuleBench()
        let group = try bench.group(
            """
            - {alert: A, expr: "a * on () group_left () b > 0"}
            - {record: r, expr: a}
            """)
        bench.write("a", [], at: 0, 2)
        bench.write("b", [("i", "1")], at: 0, 2)
        await group.evaluate(at: 0, bench.context)
        #expect(group.status.rules[0].tracker.state == .firing)
        bench.write("b", [("i", "2")], at: 30_000, 2)
        await group.evaluate(at: 60_000, bench.context)
        #expect(group.status.rules[0].health == .err)
        #expect(!group.status.rules[0].lastError.isEmpty)
        #expect(group.status.rules[0].tracker.state == .firing)
        #expect(group.status.rules[1].health == .ok)
        #expect(bench.events.withLock { $0 } == ["A"])
    }

    @Test func limitsRefuseTheRuleAlone() async throws {
        let bench = RuleBench()
        let group = try bench.group(
            "- {record: r, expr: a}\n- {alert: A, expr: a}\n- {record: s, expr: count(a)}", limit: 3)
        for number in 0..<4 { bench.write("a", [("n", "\(number)")], at: 0, 1) }
        await group.evaluate(at: 0, bench.context)
        let status = group.status.rules
        #expect(status[0].lastError == "exceeded limit of 3 with 4 series")
        #expect(status[1].lastError == "exceeded limit of 3 with 4 alerts")
        #expect(status[2].health == .ok)
        #expect(try bench.values("r", at: 0).isEmpty)
    }

    @Test func theOtherLanguagesGiveVectors() async throws {
        let bench = RuleBench()
        let group = try bench.group(
            """
            - {record: "logs:seven", lang: logql, expr: 'vector(7) > 5'}
            - {alert: Seven, expr: '{__name__="logs:seven"} > 5'}
            - {alert: Spans, lang: traceql, expr: '{ } | count_over_time() > 0'}
            """)
        await group.evaluate(at: 60_000, bench.context)
        #expect(try bench.values("logs:seven", at: 60_000) == ["{__name__=logs:seven} 7.0"])
        #expect(group.status.rules.map { $0.tracker.state } == [.inactive, .firing, .inactive])
        #expect(group.status.rules.allSatisfy { $0.health == .ok })
    }

    /// A rule that needs long is begun anew in the lane of the slow ones, and its group begins there the next time.
    @Test func slowRulesLeaveTheFastLane() async throws {
        let bench = RuleBench()
        bench.fastBudgetIsSpent.withLock { $0 = true }
        let group = try bench.group("- {record: r, expr: a}\n- {record: s, expr: a}")
        bench.write("a", [], at: 0, 1)
        await group.evaluate(at: 0, bench.context)
        #expect(group.status.rules.allSatisfy { $0.health == .ok })
        #expect(bench.threads.lanes.withLock { $0 } == ["fast", "slow"])
        await group.evaluate(at: 60_000, bench.context)
        #expect(bench.threads.lanes.withLock { $0 } == ["fast", "slow", "slow"])
    }

    @Test func aReloadCarriesStatesOverAndEndsWhatIsGone() async throws {
        let bench = RuleBench()
        let manager = RuleManager()
        let rules = "- {alert: A, expr: a > 0, for: 5m}\n- {alert: B, expr: a > 0}\n- {record: r, expr: a}"
        manager.load([try bench.group(rules).group], options: bench.options)
        bench.write("a", [], at: 0, 1)
        bench.write("a", [], at: 60_000, 1)
        let first = manager.groups[0]
        await first.evaluate(at: 0, bench.context)
        // Nothing has changed: the very same group runs on.
        manager.load([try bench.group(rules).group], options: bench.options)
        #expect(manager.groups[0] === first)
        // A has another text, B and r are gone.
        manager.load(
            [try bench.group("- {alert: A, expr: a > 0, for: 5m, annotations: {x: y}}").group], options: bench.options)
        let second = manager.groups[0]
        #expect(second !== first)
        #expect(await first.evaluate(at: 60_000, bench.context) == false)
        await second.evaluate(at: 60_000, bench.context)
        #expect(second.status.rules[0].tracker.current.first?.activeAt == 0)
        #expect(try bench.values("r", at: 61_000).isEmpty)
        #expect(bench.sink.alerts.withLock { $0 }.map { "\($0.name) \($0.state)" } == ["B firing", "B resolved"])
    }

    @Test func groupsAreSpreadOverTheirInterval() throws {
        let bench = RuleBench()
        var group = try bench.group("- {record: r, expr: a}").group
        var offsets: Set<Int64> = []
        for number in 0..<100 {
            group.name = "g\(number)"
            let running = RunningGroup(group, options: bench.options)
            let first = running.firstTime(after: 1_700_000_000_000)
            #expect(first > 1_700_000_000_000 && first <= 1_700_000_060_000)
            #expect(running.firstTime(after: first) == first + 60_000)
            offsets.insert(first)
        }
        #expect(offsets.count > 90)
    }
}

import TeleAlert
import TeleModel
import TeleTestKit
import Testing

@Suite struct RuleLimitTests {
    /// A file of 10,000 groups is read, runs, and is exchanged for another.
    @Test func manyGroups() throws {
        func file(_ expression: String) -> RuleFile {
            let groups = (0..<10_000).map { "- {name: g\($0), rules: [{record: r\($0), expr: \(expression)}]}" }
            return RuleFile(yaml: "groups:\n" + groups.joined(separator: "\n"), name: "many.yaml")
        }
        let first = file("a")
        #expect(first.problems.isEmpty && first.groups.count == 10_000)
        let manager = RuleManager()
        manager.load(first.groups, options: RuleOptions())
        #expect(manager.groups.count == 10_000)
        let kept = manager.groups[5_000]
        manager.load(Array(first.groups[5_000...]) + file("b").groups[..<1_000], options: RuleOptions())
        #expect(manager.groups.count == 6_000 && manager.groups[0] === kept)
        let tooMany = (0...20_000).map { "- {name: g\($0)}" }.joined(separator: "\n")
        #expect(
            RuleFile(yaml: "groups:\n" + tooMany, name: "x").errors.map(\.message) == ["has more than 20000 groups"])
    }

    /// More series than any rule may have are an error of the rule, and nobody else's.
    @Test func tooManySeries() async throws {
        let bench = RuleBench()
        let group = try bench.group("- {alert: A, expr: a}\n- {record: r, expr: a}\n- {record: s, expr: count(a)}")
        let most = bench.options.mostSeries
        for number in 0...most { bench.write("a", [("n", "\(number)")], at: 0, 1) }
        await group.evaluate(at: 0, bench.context)
        let status = group.status.rules
        #expect(status[0].lastError == "exceeded limit of \(most) with \(most + 1) alerts")
        #expect(status[1].lastError == "exceeded limit of \(most) with \(most + 1) series")
        #expect(status[0].tracker.active.isEmpty)
        #expect(try bench.values("s", at: 0) == ["{__name__=s} \(Double(most + 1))"])
        #expect(try bench.values("ALERTS", at: 0).isEmpty)
    }

    @Test func keepFiringForGoesOnAfterARestart() async throws {
        let bench = RuleBench()
        let rules = """
            - {alert: A, expr: a > 1, keep_firing_for: 10m, labels: {l: x}, annotations: {t: '{{ $labels.i }}'}}
            - {alert: A, expr: a > 100, keep_firing_for: 10m, labels: {l: y}}
            """
        var group = try bench.group(rules)
        bench.write("a", [("i", "1")], at: 0, 2)
        bench.write("a", [("i", "2")], at: 0, 2)
        await group.evaluate(at: 0, bench.context)
        for minute in Int64(1)...30 {
            bench.write("a", [("i", "1")], at: minute * 60_000, 0)
            bench.write("a", [("i", "2")], at: minute * 60_000, minute < 20 ? 2 : 0)
        }
        await group.evaluate(at: 60_000, bench.context)
        // Down from minute 1 to 5.
        group = try bench.group(rules)
        func states(at minute: Int64) async -> [String] {
            await group.evaluate(at: minute * 60_000, bench.context)
            return group.status.rules[0].tracker.current.map { "\($0.labels["i"] ?? "") \($0.state) \($0.activeAt)" }
        }
        #expect(await states(at: 5) == ["1 firing 0", "2 firing 0"])
        #expect(group.status.rules[0].tracker.current.map { $0.annotations["t"] } == ["1", "2"])
        #expect(group.status.rules[1].tracker.current.isEmpty)
        #expect(await states(at: 10) == ["1 firing 0", "2 firing 0"])
        // From the last sample at minute 1 on.
        #expect(await states(at: 11) == ["2 firing 0"])
        // Down for longer than it is kept.
        group = try bench.group(rules)
        #expect(await states(at: 22) == [])
    }
}

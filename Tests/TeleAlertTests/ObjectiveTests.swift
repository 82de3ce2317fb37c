import TeleAlert
import TeleModel
import Testing

@Suite struct ObjectiveTests {
    private static let yaml = """
        slo:
        - name: checkout
          objective: 99.9
          window: 30d
          errors: sum(rate(bad[$window]))
          total: sum(rate(requests[$window]))
          labels: {team: shop}
        - name: fast
          objective: 99
          latency: {service: shop, threshold: 0.256}
        """

    @Test func becomesRulesThatParse() throws {
        let file = RuleFile(yaml: Self.yaml, name: "s.yaml")
        #expect(file.problems.isEmpty, "\(file.problems)")
        #expect(file.groups.map(\.name) == ["slo:checkout", "slo:fast"])
        let rules = file.groups[0].rules
        #expect(rules.map(\.name).contains("slo:error_ratio:rate30d"))
        #expect(rules.filter { $0.kind == .alert }.count == 2)
        #expect(rules.allSatisfy { $0.labels.contains { $0.name == "team" && $0.source == "shop" } })
        #expect(file.groups[1].rules[0].expression.contains("le=\"0.256\""))
    }

    /// 2 % bad where 0.1 % may be: 20 times too fast over an hour, which pages at 14.4.
    @Test func burnsAndPages() async throws {
        let bench = RuleBench()
        let file = RuleFile(yaml: Self.yaml, name: "s.yaml")
        let group = RunningGroup(file.groups[0], options: bench.options)
        for minute in 0...120 {
            bench.write("requests", [], at: Int64(minute) * 60_000, Double(minute) * 100)
            bench.write("bad", [], at: Int64(minute) * 60_000, Double(minute) * 2)
        }
        await group.evaluate(at: 7_200_000, bench.context)
        #expect(group.status.rules.allSatisfy { $0.health == .ok }, "\(group.status.rules.map(\.lastError))")
        let firing = group.status.rules.flatMap { $0.tracker.current.map { $0.labels["severity"] ?? "" } }
        #expect(firing == ["page", "ticket"])
        let left = try bench.values("slo:error_budget_left:ratio", at: 7_200_000)
        #expect(left.count == 1 && (left[0].contains("-19.0") || left[0].contains("-18.99")), "\(left)")
    }

    @Test(arguments: [
        ("slo: [{name: a}]", "objective should be a percentage"),
        ("slo: [{objective: 99, errors: 'a[$window]', total: b}]", "has no name"),
        ("slo: [{name: a, objective: 99, errors: a, total: b}]", "PromQL with $window"),
        ("slo: [{name: a, objective: 99, errors: 'rate(a[$window])', total: 'rate(b[$window]'}]", "could not parse"),
        ("slo: [{name: a, objective: 99, latency: {service: b, threshold: 0.3}}]", "one of 0.002"),
    ])
    func refusesWithTheReason(yaml: String, wanted: String) {
        let file = RuleFile(yaml: yaml, name: "s.yaml")
        #expect(file.errors.contains { "\($0)".contains(wanted) }, "\(file.errors)")
    }
}

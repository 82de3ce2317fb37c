import Synchronization
import TeleAlert
import TeleModel
import Testing

@Suite struct AlertLinksTests {
    private static func group(_ rule: String, hasLinks: Bool = true) throws -> RunningGroup {
        let file = RuleFile(yaml: "groups: [{name: g, rules: [\(rule)]}]", name: "t.yaml")
        try #require(file.problems.isEmpty, "\(file.problems)")
        var options = RuleOptions()
        options.externalURL = "http://tele"
        options.hasLinks = hasLinks
        return RunningGroup(file.groups[0], options: options)
    }

    @Test func alertsCarryLinksThatStay() async throws {
        let bench = RuleBench()
        let group = try AlertLinksTests.group("{alert: A, expr: 'a > 0', annotations: {summary: s}}")
        bench.write("a", [("service_name", "shop \"1\"")], at: 7_200_000, 1)
        await group.evaluate(at: 7_200_000, bench.context)
        await group.evaluate(at: 7_300_000, bench.context)
        let alerts = bench.sink.alerts.withLock { $0 }
        #expect(alerts.count == 2)
        #expect(alerts[0].annotations == alerts[1].annotations && alerts[0].generatorURL == alerts[1].generatorURL)
        #expect(alerts[0].generatorURL == "http://tele/#/metrics?q=a+%3E+0&from=3600000&to=8100000")
        #expect(
            alerts[0].annotations["tele_logs"]
                == "http://tele/#/logs?q=%7Bservice_name%3D%22shop+%5C%221%5C%22%22%7D+%7C+detected_level%3D~%22error%7Cfatal%7Ccritical%22&from=6300000&to=7500000"
        )
        #expect(alerts[0].annotations["summary"] == "s" && alerts[0].annotations["tele_trace"] == nil)
        #expect(group.status.rules[0].tracker.current.first?.shownAnnotations == alerts[0].annotations)
    }

    @Test func linksCanBeSwitchedOffAndOverridden() async throws {
        let bench = RuleBench()
        bench.write("a", [("service_name", "shop")], at: 0, 1)
        let off = try AlertLinksTests.group("{alert: A, expr: a}", hasLinks: false)
        await off.evaluate(at: 0, bench.context)
        let own = try AlertLinksTests.group("{alert: A, expr: a, annotations: {tele_logs: mine}}")
        await own.evaluate(at: 0, bench.context)
        let alerts = bench.sink.alerts.withLock { $0 }
        #expect(alerts.map { $0.annotations.pairs.map(\.value) } == [[], ["mine"]])
    }
}

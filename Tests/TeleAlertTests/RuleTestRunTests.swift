import TeleAlert
import TeleModel
import TeleQuery
import Testing

@Suite struct RuleTestRunTests {
    private static let rules = """
        groups:
        - name: late
          rules:
          - {alert: Low, expr: 'r < 3', for: 2m, keep_firing_for: 2m, labels: {by: '{{ $externalLabels.region }}'}}
        - name: early
          interval: 1h
          rules:
          - {record: r, expr: sum(a)}
        """
    private static let test = """
        evaluation_interval: 1m
        group_eval_order: [early, late]
        tests:
        - name: low
          external_labels: {region: eu}
          input_series:
          - {series: 'a{i="1"}', values: '1x5 5 _x4 stale'}
          - {series: 'h', values: '{{count:2 sum:3 buckets:[2]}}+{{count:2 sum:3 buckets:[2]}}x3'}
          alert_rule_test:
          - {eval_time: 1m59s, alertname: Low}
          - {eval_time: 2m, alertname: Low, exp_alerts: [{exp_labels: {by: eu}}]}
          - {eval_time: 7m, alertname: Low, exp_alerts: [{exp_labels: {by: eu}}]}
          - {eval_time: 8m, alertname: Low}
          promql_expr_test:
          - {expr: r, eval_time: 6m, exp_samples: [{labels: r, value: 5}]}
          - {expr: 'a', eval_time: 10m}
          - {expr: 'a', eval_time: 11m}
          - {expr: h, eval_time: 1m, exp_samples: [{labels: h, histogram: '{{count:4 sum:6 buckets:[4]}}'}]}
          - {expr: 'vector(7) > 5', lang: logql, eval_time: 1m, exp_samples: [{labels: '{}', value: 7}]}
          - {expr: '0 / 0', eval_time: 1m, exp_samples: [{value: .nan}]}
        """

    private static func failures(_ yaml: String, rules: String = rules) async throws -> [String] {
        let file = try RuleTestFile(yaml: yaml, name: "test.yaml")
        let groups = RuleFile(yaml: rules, name: "rules.yaml")
        try #require(groups.problems.isEmpty, "\(groups.problems)")
        let run = RuleTestRun(file, groups: groups.groups)
        var out: [String] = []
        for test in file.tests {
            for failure in await run.failures(of: test, RuleBench().context) {
                out.append("\(failure.title) - \(failure.missing) + \(failure.extra)")
            }
        }
        return out
    }

    @Test func passes() async throws {
        let yaml = RuleTestRunTests.test.replacing("  - {expr: 'a', eval_time: 10m}\n", with: "")
        #expect(try await RuleTestRunTests.failures(yaml) == [])
    }

    @Test(arguments: [
        (
            "eval_time: 1m59s", "eval_time: 2m1s",
            "alert Low at 2m1s - [] + [\"{alertname=\\\"Low\\\", by=\\\"eu\\\"}\"]"
        ),
        ("eval_time: 8m, alertname: Low", "eval_time: 8m, alertname: Low, exp_alerts: [{}]", "alert Low at 8m"),
        ("{labels: r, value: 5}", "{labels: r, value: 6}", "r at 6m - [\"{__name__=\\\"r\\\"} 6\"]"),
        ("{{count:4 sum:6", "{{count:4 sum:7", "h at 1m"),
        ("value: 7", "value: 8", "vector(7) > 5 at 1m"),
        ("[early, late]", "[late, early]", "alert Low at 2m - ["),
        ("expr: r,", "expr: 'r +',", "r + at 6m: 1:"),
    ])
    func fails(_ text: String, _ with: String, _ wanted: String) async throws {
        let yaml = RuleTestRunTests.test.replacing("  - {expr: 'a', eval_time: 10m}\n", with: "")
        let failures = try await RuleTestRunTests.failures(yaml.replacing(text, with: with))
        #expect(failures.contains { $0.hasPrefix(wanted) }, "\(failures)")
    }

    @Test func aRuleThatFailsEndsTheTest() async throws {
        let rules = "groups: [{name: g, rules: [{alert: A, expr: 'a * on () group_left () b'}]}]"
        let yaml = """
            tests:
            - input_series: [{series: a, values: '1'}, {series: 'b{x="1"}', values: '1'}, {series: 'b{x="2"}', values: '1'}]
              alert_rule_test: [{eval_time: 5m, alertname: A}]
            """
        let failures = try await RuleTestRunTests.failures(yaml, rules: rules)
        #expect(failures.count == 1 && failures[0].hasPrefix("rule A fails at 0s: "), "\(failures)")
    }

    @Test(arguments: [
        ("tests: [{input_series: [{series: 'a{', values: '1'}]}]", "series: \"a{\" is no series"),
        ("tests: [{input_series: [{series: a, values: '1 2y'}]}]", "values: \"2y\" is no value"),
        ("tests: [{input_series: [{series: a, values: '1x99999999999'}]}]", "x takes a whole number below 10000000"),
        ("tests: [{input_series: [{series: a, values: '{{schema:99}}'}]}]", "schema of a histogram"),
        ("tests: [{input_series: [{series: a, values: '{{count:1'}]}]", "a histogram stands in {{ and }}"),
        ("tests: [{alert_rule_test: [{eval_time: 5m}]}]", "misses required attribute alertname"),
        ("tests: [{promql_expr_test: [{eval_time: 5, expr: a}]}]", "is no duration"),
        ("group_eval_order: [a, a]", "group name repeated in evaluation order: a"),
        ("tests: [{input_logs: [{line: a}]}]", "labels is missing"),
        ("tests: [{input_spans: [{service: a, name: b, kind: c}]}]", "takes internal, server"),
        ("nothing: 1", "unknown key"),
    ])
    func refuses(_ yaml: String, _ wanted: String) {
        do {
            _ = try RuleTestFile(yaml: yaml, name: "t.yaml")
            Issue.record("taken: \(yaml)")
        } catch { #expect("\(error)".hasPrefix("t.yaml:1: ") && "\(error)".contains(wanted), "\(error)") }
    }

    @Test func aTestThatNeverEndsIsRefused() async throws {
        let yaml = "evaluation_interval: 1ms\ntests: [{alert_rule_test: [{eval_time: 10y, alertname: A}]}]"
        #expect(try await RuleTestRunTests.failures(yaml) == ["takes more than 1000000 evaluations - [] + []"])
    }
}

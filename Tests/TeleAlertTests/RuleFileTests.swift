import TeleAlert
import Testing

@Suite struct RuleFileTests {
    @Test func readsWhatPrometheusReads() throws {
        let file = RuleFile(
            yaml: """
                groups:
                - name: example
                  interval: 1m30s
                  query_offset: 10s
                  limit: 5
                  labels: {team: core, severity: low}
                  rules:
                  - record: job:up:sum
                    expr: sum by (job) (up)
                    labels: {source: "rules"}
                  - alert: Down
                    expr: |
                      job:up:sum
                        == 0
                    for: 5m
                    keep_firing_for: 1h
                    labels: {severity: page}
                    annotations:
                      summary: "{{ $labels.job }} is down"
                - name: second
                  rules: []
                """, name: "a.yaml")
        #expect(file.problems.isEmpty, "\(file.problems)")
        let group = try #require(file.groups.first)
        #expect(group.interval == 90_000 && group.queryOffset == 10_000 && group.limit == 5)
        #expect(file.groups.map(\.name) == ["example", "second"])
        #expect(group.rules.map(\.name) == ["job:up:sum", "Down"])
        #expect(group.rules[0].kind == .record && group.rules[1].kind == .alert)
        let down = group.rules[1]
        #expect(down.holdFor == 300_000 && down.keepFiringFor == 3_600_000)
        #expect(down.labels.map { "\($0.name)=\($0.source)" } == ["severity=page", "team=core"])
        #expect(down.line == 11)
    }

    @Test func readsTheOtherLanguages() throws {
        let file = RuleFile(
            yaml: """
                groups:
                - name: g
                  rules:
                  - {alert: Lines, lang: logql, expr: 'sum(count_over_time({app="a"} |= "error" [5m])) > 3'}
                  - {alert: Slow, lang: traceql, window: 10m, expr: '{ duration > 1s } | count_over_time()'}
                """, name: "a.yaml")
        #expect(file.problems.isEmpty, "\(file.problems)")
        #expect(file.groups[0].rules.map(\.language) == [.logql, .traceql])
        #expect(file.groups[0].rules[1].query.window == 600_000)
    }

    @Test(arguments: [
        ("groups: 3", "a.yaml:1: groups should be a list"),
        ("group: []", "a.yaml:1: field \"group\" not found"),
        ("groups:\n- name: a\n- name: a", "a.yaml:3: group \"a\": groupname: \"a\" is repeated"),
        ("groups:\n- rules: []", "Groupname must not be empty"),
        ("groups:\n- name: a\n  intervall: 1m", "a.yaml:3: group \"a\": field \"intervall\" not found"),
        ("groups:\n- name: a\n  interval: 5", "not a valid duration string: \"5\""),
        ("groups:\n- name: a\n  rules:\n  - expr: up", "rule \"1\": one of 'record' or 'alert' must be set"),
        ("groups:\n- name: a\n  rules:\n  - {alert: b, record: c, expr: up}", "only one of 'record' and 'alert'"),
        ("groups:\n- name: a\n  rules:\n  - {alert: b}", "a.yaml:4: group \"a\", rule \"b\": field 'expr' must be set"),
        ("groups:\n- name: a\n  rules:\n  - {alert: b, expr: 'sum('}", "could not parse expression: 1:5: parse error"),
        ("groups:\n- name: a\n  rules:\n  - {alert: b, expr: 'nope(up)'}", "nope"),
        ("groups:\n- name: a\n  rules:\n  - {record: b, expr: up, for: 5m}", "invalid field 'for' in recording rule"),
        ("groups:\n- name: a\n  rules:\n  - {record: 'b{c=\"d\"}', expr: up}", "braces present"),
        (
            "groups:\n- name: a\n  rules:\n  - {alert: b, expr: up, labels: {__name__: c}}",
            "invalid label name: __name__"
        ),
        (
            "groups:\n- name: a\n  rules:\n  - {alert: b, expr: up, lang: sql}",
            "lang should be promql, logql or traceql"
        ),
        ("groups:\n- name: a\n  rules:\n  - {alert: b, lang: logql, expr: '{a=\"b\"}'}", "gives lines, not numbers"),
        ("groups: [", "a.yaml:"),
    ])
    func refusesWithTheReasonAndThePlace(yaml: String, wanted: String) {
        let file = RuleFile(yaml: yaml, name: "a.yaml")
        #expect(file.errors.contains { "\($0)".contains(wanted) }, "\(file.errors)")
    }

    @Test func everyProblemIsTold() {
        let file = RuleFile(
            yaml: """
                groups:
                - name: a
                  rules:
                  - {alert: b, expr: '('}
                  - {alert: c, expr: up, for: x}
                  - {alert: d, expr: up}
                  - {alert: d, expr: down}
                """, name: "a.yaml")
        #expect(file.errors.count == 2)
        #expect(file.problems.count == 3)
        #expect(file.problems.contains { $0.isWarning && $0.rule == "d" && $0.message.contains("also on line 6") })
    }
}

internal import TeleModel
internal import TeleQL
internal import TeleQuery

extension RuleTest {
    private static let most = 1_000_000

    init(_ setting: Setting, interval usual: Int64) throws(AlertingProblem) {
        let members = try setting.members([
            "name", "interval", "input_series", "input_logs", "input_spans", "alert_rule_test", "promql_expr_test",
            "external_labels", "external_url",
        ])
        name = try members.text("name") ?? ""
        interval = try members["interval"]?.duration(least: 1) ?? usual
        externalLabels = LabelSet(try members["external_labels"]?.textPairs(atMost: 1000) ?? [])
        externalURL = try members.text("external_url") ?? ""
        for entry in try members["input_series"]?.list(atMost: RuleTest.most) ?? [] {
            series.append(try RuleTest.series(entry))
        }
        for entry in try members["input_logs"]?.list(atMost: RuleTest.most) ?? [] {
            lines.append(try RuleTest.lines(entry))
        }
        for entry in try members["input_spans"]?.list(atMost: RuleTest.most) ?? [] {
            spans.append(try RuleTest.spans(entry))
        }
        for entry in try members["alert_rule_test"]?.list(atMost: RuleTest.most) ?? [] {
            alertCases.append(try RuleTest.alertCase(entry))
        }
        for entry in try members["promql_expr_test"]?.list(atMost: RuleTest.most) ?? [] {
            expressionCases.append(try RuleTest.expressionCase(entry))
        }
    }

    // MARK: Inputs

    private static func series(_ setting: Setting) throws(AlertingProblem) -> Series {
        let members = try setting.members(["series", "values"])
        let (labels, values) = (try members.required("series"), try members.required("values"))
        return Series(
            labels: try notation(labels) { (text) throws(PromNotationError) in try PromNotation.labels(text) },
            values: try notation(values) { (text) throws(PromNotationError) in try PromNotation.values(text[...]) })
    }

    private static func lines(_ setting: Setting) throws(AlertingProblem) -> Lines {
        let members = try setting.members(["labels", "attributes", "line", "time", "every", "count"])
        let labels = try members.required("labels").textPairs(atMost: 1000)
        if labels.isEmpty { throw setting.problem("labels are those of a stream: at least one") }
        return Lines(
            labels: labels, attributes: try members["attributes"]?.textPairs(atMost: 1000) ?? [],
            text: try members.required("line").text(), times: try times(members))
    }

    private static func spans(_ setting: Setting) throws(AlertingProblem) -> Spans {
        let members = try setting.members([
            "service", "name", "kind", "status", "duration", "attributes", "resource", "time", "every", "count",
        ])
        return Spans(
            service: try members.required("service").text(), name: try members.required("name").text(),
            kind: try choice(members["kind"], ["internal", "server", "client", "producer", "consumer"]),
            status: try choice(members["status"], ["unset", "ok", "error"]),
            duration: try members["duration"]?.duration() ?? 0,
            attributes: try members["attributes"]?.textPairs(atMost: 1000) ?? [],
            resource: try members["resource"]?.textPairs(atMost: 1000) ?? [], times: try times(members))
    }

    private static func times(_ members: SettingMembers) throws(AlertingProblem) -> Times {
        Times(
            first: try members["time"]?.duration() ?? 0, every: try members["every"]?.duration(least: 1) ?? 1000,
            count: try members["count"]?.number(1...most) ?? 1)
    }

    private static func choice(_ setting: Setting?, _ choices: [String]) throws(AlertingProblem) -> String {
        guard let setting else { return choices[0] }
        let text = try setting.text()
        guard choices.contains(text) else { throw setting.problem("takes \(choices.joined(separator: ", "))") }
        return text
    }

    // MARK: Cases

    private static func alertCase(_ setting: Setting) throws(AlertingProblem) -> AlertCase {
        let members = try setting.members(["eval_time", "alertname", "exp_alerts"])
        let name = try members.text("alertname") ?? ""
        if name.isEmpty { throw setting.problem("misses required attribute alertname") }
        var alerts: [Expected] = []
        for entry in try members["exp_alerts"]?.list(atMost: most) ?? [] {
            let parts = try entry.members(["exp_labels", "exp_annotations"])
            let labels = try parts["exp_labels"]?.textPairs(atMost: 1000) ?? []
            alerts.append(
                Expected(
                    labels: LabelSet(labels + [("alertname", name)]),
                    annotations: LabelSet(try parts["exp_annotations"]?.textPairs(atMost: 1000) ?? [])))
        }
        return AlertCase(
            time: try members["eval_time"]?.duration() ?? 0, name: name, alerts: alerts, line: setting.line)
    }

    private static func expressionCase(_ setting: Setting) throws(AlertingProblem) -> ExpressionCase {
        let members = try setting.members(["expr", "eval_time", "exp_samples", "lang", "window"])
        var language = RuleLanguage.promql
        if let lang = members["lang"] {
            guard let found = RuleLanguage(rawValue: try lang.text()), found != .native else {
                throw lang.problem("takes promql, logql or traceql")
            }
            language = found
        }
        var samples: [Sample] = []
        for entry in try members["exp_samples"]?.list(atMost: most) ?? [] {
            let parts = try entry.members(["labels", "value", "histogram"])
            var labels = LabelSet.empty
            if let setting = parts["labels"], !(try setting.text()).isEmpty {
                labels = try notation(setting) { (text) throws(PromNotationError) in try PromNotation.labels(text) }
            }
            var value = PromNotation.Value.float(0)
            if let setting = parts["histogram"] {
                value = .histogram(
                    try notation(setting) { (text) throws(PromNotationError) in try PromNotation.histogram(text[...]).0
                    })
            } else if let setting = parts["value"] {
                // YAML writes .nan and .inf.
                let text = try setting.text()
                let plain = text.hasPrefix(".") && text.count == 4 && !text.contains(where: \.isNumber)
                guard
                    let number = PromNotation.number(plain ? text.dropFirst() : text[...])
                        ?? (text.hasPrefix("-.") ? PromNotation.number("-" + text.dropFirst(2)) : nil)
                else { throw setting.problem("\"\(text)\" is no number") }
                value = .float(number)
            }
            samples.append(Sample(labels: labels, value: value))
        }
        return ExpressionCase(
            time: try members["eval_time"]?.duration() ?? 0, expression: try members.required("expr").text(),
            language: language, window: try members["window"]?.duration(least: 1) ?? RuleQuery.defaultWindow,
            samples: samples, line: setting.line)
    }

    private static func notation<Value>(
        _ setting: Setting, _ read: (String) throws(PromNotationError) -> Value
    ) throws(AlertingProblem) -> Value {
        let text = try setting.text()
        do throws(PromNotationError) { return try read(text) } catch { throw setting.problem(error.description) }
    }
}

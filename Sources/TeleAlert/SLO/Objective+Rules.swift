internal import TeleQL

/// An objective as rules: the ratio of bad ones over several windows, recorded; what is left of the budget; and alerts
/// on how fast it burns. Source: Google's SRE workbook, "Alerting on SLOs", 6: multiwindow, multi-burn-rate alerts.
extension Objective {
    package static let ratioPrefix = "slo:error_ratio:rate"
    package static let budgetLeft = "slo:error_budget_left:ratio"
    package static let target = "slo:objective:ratio"

    private static let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]

    /// How many times too fast the budget burns, over the long window and, so that it ends soon, the short one.
    private static let burns: [(severity: String, pairs: [(factor: String, long: String, short: String)])] = [
        ("page", [("14.4", "1h", "5m"), ("6", "6h", "30m")]),
        ("ticket", [("3", "1d", "2h"), ("1", "3d", "6h")]),
    ]

    package func group(file: String) throws(RuleQueryError) -> RuleGroup {
        var group = RuleGroup(name: "slo:\(name)", file: file)
        group.interval = 60_000
        let own = labels.map { RuleText(name: $0.name, source: $0.value) } + [RuleText(name: "slo", source: name)]
        func add(
            _ kind: Rule.Kind, _ name: String, _ expression: String, _ more: [RuleText] = [],
            _ annotations: [RuleText] = []
        ) throws(RuleQueryError) {
            var rule = Rule(
                kind: kind, name: name, expression: expression, query: try RuleQuery(expression, .promql))
            rule.labels = (own + more).sorted { $0.name < $1.name }
            rule.annotations = annotations
            group.rules.append(rule)
        }
        let windows = Objective.windows + (Objective.windows.contains(window) ? [] : [window])
        for window in windows { try add(.record, Objective.ratioPrefix + window, ratio(window)) }
        try add(.record, Objective.target, "vector(\(objective))")
        let budget = "(1 - \(objective))"
        let selector = "{slo=\(PromPrinter.quote(name))}"
        try add(
            .record, Objective.budgetLeft, "1 - \(Objective.ratioPrefix)\(window)\(selector) / \(budget)")
        for (severity, pairs) in Objective.burns {
            let tests = pairs.map { pair in
                let long = "\(Objective.ratioPrefix)\(pair.long)\(selector)"
                let short = "\(Objective.ratioPrefix)\(pair.short)\(selector)"
                return "(\(long) > \(pair.factor) * \(budget) and \(short) > \(pair.factor) * \(budget))"
            }
            let summary =
                "the error budget of {{ $labels.slo }} burns too fast: {{ humanizePercentage $value }} are bad"
            let template: LogQLTemplate
            do throws(LogQLError) { template = try LogQLTemplate(summary, dialect: RuleFunctions.dialect) } catch {
                throw RuleQueryError(error.message)
            }
            try add(
                .alert, "ErrorBudgetBurn", tests.joined(separator: " or "),
                [RuleText(name: "severity", source: severity)],
                [RuleText(name: "summary", source: summary, template: template)])
        }
        return group
    }

    private func ratio(_ window: String) -> String {
        func over(_ query: String) -> String { query.replacing("$window", with: window) }
        return "(\(over(errors))) / (\(over(total)))"
    }
}

import TeleAPI
import TeleTerm

/// What rules would have done, for a terminal: a paragraph a rule, with a strip and the periods of each alert.
struct RuleReplayView {
    private let replay: TeleRuleReplay
    private let terminal: Terminal

    /// Periods of an alert that are listed; --json has all of them.
    private static let mostPeriods = 5
    private static let mostAlerts = 20

    init(_ replay: TeleRuleReplay, terminal: Terminal) {
        self.replay = replay
        self.terminal = terminal
    }

    var lines: [String] {
        let span = replay.end > replay.start ? UInt64(replay.end - replay.start) * 1_000_000 : 0
        var out = ["\(time(replay.start)) to \(time(replay.end)) UTC, \(Units.duration(span))"]
        for rule in replay.rules { out += [""] + lines(rule) }
        return out
    }

    private func lines(_ rule: TeleRuleReplay.Rule) -> [String] {
        let style = terminal.style
        let name = style.paint(TextWidth.clean(rule.name), .strong)
        let every = "every \(Units.duration(UInt64(max(0, rule.stepMilliseconds)) * 1_000_000))"
        let query = "  " + style.paint(TextWidth.clean(rule.query), .dim)
        if let error = rule.error { return ["\(name): \(style.paint("not evaluated: \(error)", .error))", query] }
        guard !rule.alerts.isEmpty else { return ["\(name), \(every): never pending, never firing", query] }
        var summary = "\(name), \(every): "
        if rule.fired == 0 {
            summary += "never firing, pending at times"
        } else {
            let longest = Units.duration(UInt64(max(0, rule.longestFiringMilliseconds)) * 1_000_000)
            let times = rule.fired == 1 ? "once" : "\(rule.fired) times"
            summary += style.paint("fires \(times)", .error) + ", longest \(longest)"
        }
        var out = [summary + (rule.isCut ? ", and more than an answer has" : ""), query]
        for alert in rule.alerts.prefix(RuleReplayView.mostAlerts) { out += lines(alert) }
        if rule.alerts.count > RuleReplayView.mostAlerts {
            out.append("  \(rule.alerts.count - RuleReplayView.mostAlerts) more alerts (--json has all)")
        }
        return out
    }

    private func lines(_ alert: TeleRuleReplay.Alert) -> [String] {
        let labels = alert.labels.filter { $0.key != "alertname" }.sorted { $0.key < $1.key }
        let text = labels.isEmpty ? "(no labels)" : labels.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let periods = alert.periods.map { period in
            (state: period.state == "firing" ? AlertStrip.State.firing : .pending, from: period.from, to: period.to)
        }
        let strip = AlertStrip(range: replay.start..<max(replay.start + 1, replay.end), periods: periods)
        var out = [
            "  " + TextWidth.clean(text),
            "  " + strip.line(width: min(terminal.width, 200) - 4, style: terminal.style),
        ]
        for period in alert.periods.prefix(RuleReplayView.mostPeriods) {
            let length = Units.duration(UInt64(max(0, period.to - period.from)) * 1_000_000)
            let isOpen = period.to == replay.end ? ", to the end" : ""
            out.append("    \(time(period.from))  \(period.state) for \(length)\(isOpen)")
        }
        if alert.periods.count > RuleReplayView.mostPeriods {
            out.append("    and \(alert.periods.count - RuleReplayView.mostPeriods) more periods")
        }
        return out
    }

    private func time(_ milliseconds: Int64) -> String {
        Timestamp.text(UInt64(max(0, milliseconds)) * 1_000_000, decimals: 0)
    }
}

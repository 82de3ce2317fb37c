import HTTPTypes
import TeleAPI
import TeleAlert
import TeleModel

/// `/api/v1/rules` and `/api/v1/alerts`, in Prometheus' shapes; a rule that is not PromQL has `lang` besides.
extension PrometheusRoutes {
    static let ruleRoutes: [APIRoute] = [
        route([.get], "rules", rules),
        route([.get], "alerts", alerts),
    ]

    private static func alerts(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let groups = context.facts().rules?.groups ?? []
        return PrometheusAnswer.success { w in
            w.beginObject()
            w.key("alerts")
            w.beginArray()
            for group in groups {
                for rule in group.status.rules { for alert in rule.tracker.current { write(alert, &w) } }
            }
            w.endArray()
            w.endObject()
        }
    }

    private static func rules(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let filter = try RuleFilter(request)
        let groups = (context.facts().rules?.groups ?? []).sorted {
            $0.group.file == $1.group.file ? $0.group.name < $1.group.name : $0.group.file < $1.group.file
        }
        let page = try filter.page(groups)
        return PrometheusAnswer.success { w in
            w.beginObject()
            w.key("groups")
            w.beginArray()
            for group in page.groups { write(group, filter, &w) }
            w.endArray()
            if let next = page.next {
                w.key("groupNextToken")
                w.string(next)
            }
            w.endObject()
        }
    }

    private static func write(_ group: RunningGroup, _ filter: RuleFilter, _ w: inout JSONWriter) {
        let status = group.status
        let shown = group.group.rules.indices.filter { filter.takes(group.group.rules[$0]) }
        if shown.isEmpty, filter.isSelective { return }
        w.beginObject()
        for (key, text) in [("name", group.group.name), ("file", group.group.file)] {
            w.key(key)
            w.string(text)
        }
        w.key("rules")
        w.beginArray()
        for index in shown where index < status.rules.count {
            write(group.group.rules[index], status.rules[index], filter, &w)
        }
        w.endArray()
        w.key("interval")
        w.double(Double(group.interval) / 1000)
        w.key("limit")
        w.int(group.group.limit)
        w.key("evaluationTime")
        w.double(status.duration)
        w.key("lastEvaluation")
        w.string(time(status.lastEvaluation))
        w.endObject()
    }

    private static func write(
        _ rule: Rule, _ status: RuleStatus, _ filter: RuleFilter, _ w: inout JSONWriter
    ) {
        w.beginObject()
        let isAlert = rule.kind == .alert
        if isAlert {
            w.key("state")
            w.string(status.tracker.state.rawValue)
        }
        w.key("name")
        w.string(rule.name)
        w.key("query")
        w.string(rule.expression)
        if rule.language != .promql {
            w.key("lang")
            w.string(rule.language.rawValue)
        }
        w.key("labels")
        texts(rule.labels.map { ($0.name, $0.source) }, &w)
        if isAlert {
            w.key("duration")
            w.double(Double(rule.holdFor) / 1000)
            w.key("keepFiringFor")
            w.double(Double(rule.keepFiringFor) / 1000)
            w.key("annotations")
            texts(rule.annotations.map { ($0.name, $0.source) }, &w)
            if !filter.excludesAlerts {
                w.key("alerts")
                w.beginArray()
                for alert in status.tracker.current { write(alert, &w) }
                w.endArray()
            }
        }
        w.key("health")
        w.string(status.health.rawValue)
        if !status.lastError.isEmpty {
            w.key("lastError")
            w.string(status.lastError)
        }
        w.key("evaluationTime")
        w.double(status.duration)
        w.key("lastEvaluation")
        w.string(time(status.lastEvaluation))
        w.key("type")
        w.string(isAlert ? "alerting" : "recording")
        w.endObject()
    }

    private static func write(_ alert: ActiveAlert, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("labels")
        texts(alert.labels.pairs, &w)
        w.key("annotations")
        texts(alert.shownAnnotations.pairs, &w)
        w.key("state")
        w.string(alert.state.rawValue)
        w.key("activeAt")
        w.string(time(alert.activeAt))
        if let since = alert.keepFiringSince {
            w.key("keepFiringSince")
            w.string(time(since))
        }
        w.key("value")
        w.string(RuleValueText.text(alert.value))
        w.endObject()
    }

    private static func texts(_ pairs: [(name: String, value: String)], _ w: inout JSONWriter) {
        w.beginObject()
        for (name, value) in pairs {
            w.key(name)
            w.string(value)
        }
        w.endObject()
    }

    /// RFC 3339; Go's zero time before the first evaluation.
    private static func time(_ milliseconds: Int64) -> String {
        if milliseconds <= 0 { return "0001-01-01T00:00:00Z" }
        let rest = "\(milliseconds % 1000)"
        let fraction = rest == "0" ? "" : "." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
        return CalendarTime(unixSeconds: Int(milliseconds / 1000)).iso + fraction + "Z"
    }
}

import TeleAlert
import TeleModel

/// Which rules a request asks for, and which page of their groups.
struct RuleFilter {
    private let kind: Rule.Kind?
    private let names: Set<String>
    private let groupNames: Set<String>
    private let files: Set<String>
    private let matchers: [[Matcher]]
    private let pageSize: Int?
    private let token: String?
    let excludesAlerts: Bool

    init(_ request: APIRequest) throws(PrometheusFailure) {
        switch request["type"] ?? "" {
        case "": kind = nil
        case "alert": kind = .alert
        case "record": kind = .record
        case let other: throw .parameter("type", "not supported value \"\(other)\"")
        }
        names = Set(request.all("rule_name[]"))
        groupNames = Set(request.all("rule_group[]"))
        files = Set(request.all("file[]"))
        matchers = try request.prometheusSelectors()
        switch request["exclude_alerts"] ?? "" {
        case "", "false", "0": excludesAlerts = false
        case "true", "1": excludesAlerts = true
        case let other: throw .parameter("exclude_alerts", "\"\(other)\" is neither true nor false")
        }
        token = request["group_next_token"].flatMap { $0.isEmpty ? nil : $0 }
        guard let limit = request["group_limit"], !limit.isEmpty else {
            pageSize = nil
            if token != nil {
                throw .parameter("group_limit", "group_limit needs to be provided with group_next_token")
            }
            return
        }
        guard let count = Int(limit), count > 0 else {
            throw .parameter("group_limit", "group_limit needs to be greater than 0")
        }
        pageSize = count
    }

    /// Whether groups of which nothing is left are left out.
    var isSelective: Bool { kind != nil || !names.isEmpty || !matchers.isEmpty }

    func takes(_ rule: Rule) -> Bool {
        if let kind, rule.kind != kind { return false }
        if !names.isEmpty, !names.contains(rule.name) { return false }
        if matchers.isEmpty { return true }
        let labels = rule.labelSet
        return matchers.contains { set in set.allSatisfy { $0.accepts(labels[$0.name] ?? "") } }
    }

    func page(_ all: [RunningGroup]) throws(PrometheusFailure) -> (groups: [RunningGroup], next: String?) {
        let wanted = all.filter { running in
            (groupNames.isEmpty || groupNames.contains(running.group.name))
                && (files.isEmpty || files.contains(running.group.file))
                && (!isSelective || running.group.rules.contains(where: takes))
        }
        guard let pageSize else { return (wanted, nil) }
        var first = 0
        if let token {
            guard let found = wanted.firstIndex(where: { RuleFilter.token($0.group) == token }) else {
                throw .parameter(
                    "group_next_token", "invalid group_next_token '\(token)'. were rule groups changed?")
            }
            first = found
        }
        let last = min(wanted.count, first.addingReportingOverflow(pageSize).partialValue)
        let next = last > first && last < wanted.count ? RuleFilter.token(wanted[last].group) : nil
        return (Array(wanted[first..<max(first, last)]), next)
    }

    private static func token(_ group: RuleGroup) -> String { String(group.hash, radix: 16) }
}

/// POSTs Alertmanager's payload.
package struct WebhookSettings: Sendable {
    package var endpoint: HTTPEndpoint
    /// Alerts in one payload; 0 is all.
    package var maxAlerts: Int

    init(_ members: SettingMembers, _ global: GlobalSettings) throws(AlertingProblem) {
        endpoint = try HTTPEndpoint(members, url: "url", global: nil, global.http)
        maxAlerts = try members["max_alerts"]?.number(0...1_000_000) ?? 0
    }

    static let keys = ["url", "url_file", "max_alerts"]
}

/// POSTs a message to a Slack incoming webhook, or with a token to its API.
package struct SlackSettings: Sendable {
    package var endpoint: HTTPEndpoint
    package var channel: FieldTemplate?
    /// Templates by the key of the configuration: `title`, `text`, `color`, ...
    package var texts: [String: FieldTemplate]
    /// Whether fields of the attachment are short.
    package var fields: [(title: FieldTemplate, value: FieldTemplate, isShort: Bool)]

    init(_ members: SettingMembers, _ global: GlobalSettings) throws(AlertingProblem) {
        endpoint = try HTTPEndpoint(members, url: "api_url", global: global.slackURL, global.http)
        channel = try members["channel"]?.template()
        texts = try members.texts(SlackSettings.templates)
        fields = []
        for field in try members["fields"]?.list(atMost: 100) ?? [] {
            let parts = try field.members(["title", "value", "short"])
            fields.append(
                (
                    try parts.required("title").template(), try parts.required("value").template(),
                    try parts.bool("short") ?? false
                ))
        }
    }

    static let templates = [
        "username", "color", "title", "title_link", "pretext", "text", "footer", "fallback", "callback_id",
        "icon_emoji", "icon_url", "image_url", "thumb_url",
    ]
    static let keys =
        ["api_url", "api_url_file", "channel", "fields", "short_fields", "link_names", "mrkdwn_in"]
        + templates
}

/// POSTs events of PagerDuty's Events API v2.
package struct PagerDutySettings: Sendable {
    package var endpoint: HTTPEndpoint
    package var routingKey: Secret
    package var texts: [String: FieldTemplate]
    package var details: [(name: String, value: FieldTemplate)]

    init(_ members: SettingMembers, _ global: GlobalSettings) throws(AlertingProblem) {
        endpoint = try HTTPEndpoint(members, url: "url", global: global.pagerDutyURL, global.http)
        guard let key = try Secret(members, "routing_key") else {
            throw members.owner.problem(
                members["service_key"] == nil
                    ? "routing_key is missing" : "takes routing_key (Events API v2); service_key is not supported")
        }
        routingKey = key
        texts = try members.texts(PagerDutySettings.templates)
        details = try members["details"]?.templates() ?? []
    }

    static let templates = [
        "client", "client_url", "description", "severity", "class", "component", "group", "source",
    ]
    static let keys = ["url", "routing_key", "routing_key_file", "service_key", "details"] + templates
}

extension SettingMembers {
    /// Those of the keys that are there.
    func texts(_ keys: [String]) throws(AlertingProblem) -> [String: FieldTemplate] {
        var out: [String: FieldTemplate] = [:]
        for key in keys { out[key] = try self[key]?.template() }
        return out
    }
}

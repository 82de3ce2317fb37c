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
    package var channel: NotificationTemplate?
    /// Templates by the key of the configuration: `title`, `text`, `color`, ...
    package var texts: [String: NotificationTemplate]
    package var fields: [(title: NotificationTemplate, value: NotificationTemplate, isShort: Bool)]
    /// Buttons: members of each by their name, with `confirm.` before those of its question.
    package var actions: [[(name: String, value: NotificationTemplate)]]
    package var linksNames: Bool
    /// The parts in which Slack's marks are marks.
    package var marked: [String]

    init(_ members: SettingMembers, _ global: GlobalSettings) throws(AlertingProblem) {
        endpoint = try HTTPEndpoint(members, url: "api_url", global: global.slackURL, global.http)
        let library = global.library
        channel = try members["channel"]?.template(library)
        texts = try members.texts(SlackSettings.templates, defaults: SlackSettings.defaults, library)
        let areShort = try members.bool("short_fields") ?? false
        fields = []
        for field in try members["fields"]?.list(atMost: 100) ?? [] {
            let parts = try field.members(["title", "value", "short"])
            fields.append(
                (
                    try parts.required("title").template(library), try parts.required("value").template(library),
                    try parts.bool("short") ?? areShort
                ))
        }
        actions = []
        for action in try members["actions"]?.list(atMost: 100) ?? [] {
            actions.append(try SlackSettings.action(action, library))
        }
        linksNames = try members.bool("link_names") ?? false
        marked = try members["mrkdwn_in"]?.texts(atMost: 10) ?? ["fallback", "pretext", "text"]
    }

    private static func action(
        _ setting: Setting, _ library: TemplateLibrary
    ) throws(AlertingProblem) -> [(name: String, value: NotificationTemplate)] {
        var out: [(name: String, value: NotificationTemplate)] = []
        let parts = try setting.members(["type", "text", "url", "style", "name", "value", "confirm"])
        for name in ["type", "text"] { out.append((name, try parts.required(name).template(library))) }
        for name in ["url", "style", "name", "value"] {
            if let value = parts[name] { out.append((name, try value.template(library))) }
        }
        if let confirm = parts["confirm"] {
            _ = try confirm.members(["text", "title", "ok_text", "dismiss_text"]).required("text")
            for (name, value) in try confirm.templates(library) { out.append(("confirm." + name, value)) }
        }
        return out
    }

    static let templates = [
        "username", "color", "title", "title_link", "pretext", "text", "footer", "fallback", "callback_id",
        "icon_emoji", "icon_url", "image_url", "thumb_url",
    ]
    private static let defaults = [
        "username": #"{{ template "slack.default.username" . }}"#, "title": #"{{ template "slack.default.title" . }}"#,
        "title_link": #"{{ template "slack.default.titlelink" . }}"#,
        "pretext": #"{{ template "slack.default.pretext" . }}"#, "text": #"{{ template "slack.default.text" . }}"#,
        "footer": #"{{ template "slack.default.footer" . }}"#,
        "fallback": #"{{ template "slack.default.fallback" . }}"#,
        "callback_id": #"{{ template "slack.default.callbackid" . }}"#,
        "icon_emoji": #"{{ template "slack.default.iconemoji" . }}"#,
        "icon_url": #"{{ template "slack.default.iconurl" . }}"#,
        "color": #"{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}"#,
    ]
    static let keys =
        ["api_url", "api_url_file", "channel", "fields", "short_fields", "actions", "link_names", "mrkdwn_in"]
        + templates
}

/// POSTs events of PagerDuty's Events API v2.
package struct PagerDutySettings: Sendable {
    package var endpoint: HTTPEndpoint
    package var routingKey: Secret
    package var texts: [String: NotificationTemplate]
    /// Beside these, the firing and the resolved alerts and their numbers are told.
    package var details: [(name: String, value: NotificationTemplate)]
    /// Members of each by their name.
    package var images: [[(name: String, value: NotificationTemplate)]]
    package var links: [[(name: String, value: NotificationTemplate)]]

    init(_ members: SettingMembers, _ global: GlobalSettings) throws(AlertingProblem) {
        endpoint = try HTTPEndpoint(members, url: "url", global: global.pagerDutyURL, global.http)
        guard let key = try Secret(members, "routing_key") else {
            throw members.owner.problem(
                members["service_key"] == nil
                    ? "routing_key is missing" : "takes routing_key (Events API v2); service_key is not supported")
        }
        routingKey = key
        let library = global.library
        texts = try members.texts(PagerDutySettings.templates, defaults: PagerDutySettings.defaults, library)
        details = []
        for (name, source) in PagerDutySettings.details where members["details"]?.has(name) != true {
            details.append((name, try members.template(source, library, "details")))
        }
        details += try members["details"]?.templates(library) ?? []
        images = []
        links = []
        for image in try members["images"]?.list(atMost: 100) ?? [] { images.append(try image.templates(library)) }
        for link in try members["links"]?.list(atMost: 100) ?? [] { links.append(try link.templates(library)) }
    }

    static let templates = [
        "client", "client_url", "description", "severity", "class", "component", "group", "source",
    ]
    private static let defaults = [
        "client": #"{{ template "pagerduty.default.client" . }}"#,
        "client_url": #"{{ template "pagerduty.default.clientURL" . }}"#,
        "description": #"{{ template "pagerduty.default.description" . }}"#,
        "severity": "{{ .CommonLabels.severity }}",
    ]
    private static let details = [
        ("firing", #"{{ template "pagerduty.default.instances" .Alerts.Firing }}"#),
        ("resolved", #"{{ template "pagerduty.default.instances" .Alerts.Resolved }}"#),
        ("num_firing", "{{ .Alerts.Firing | len }}"), ("num_resolved", "{{ .Alerts.Resolved | len }}"),
    ]
    static let keys =
        ["url", "routing_key", "routing_key_file", "service_key", "details", "images", "links"] + templates
}

extension Receiver {
    private static let kinds = [
        "webhook_configs", "slack_configs", "pagerduty_configs", "email_configs", "command_configs",
    ]

    init(_ setting: Setting, _ global: GlobalSettings) throws(AlertingProblem) {
        for (key, value) in try setting.pairs(atMost: 100)
        where key.hasSuffix("_configs") && !Receiver.kinds.contains(key) {
            throw value.problem("this receiver is not built; there are \(Receiver.kinds.joined(separator: ", "))")
        }
        let members = try setting.members(["name"] + Receiver.kinds)
        name = try members.required("name").text()
        guard !name.isEmpty else { throw setting.problem("name is empty") }
        integrations = []
        for kind in Receiver.kinds {
            guard let list = members[kind] else { continue }
            for (i, element) in try list.list(atMost: AlertingLimits.integrations).enumerated() {
                integrations.append(try Receiver.integration(kind, i, element, global))
            }
        }
    }

    private static func integration(
        _ kind: String, _ index: Int, _ setting: Setting, _ global: GlobalSettings
    ) throws(AlertingProblem) -> Integration {
        func members(_ keys: [String]) throws(AlertingProblem) -> SettingMembers {
            let http = kind == "email_configs" || kind == "command_configs" ? [] : ["http_config", "timeout"]
            return try setting.members(keys + http + ["send_resolved"])
        }
        let read: SettingMembers
        let means: Integration.Means
        switch kind {
        case "webhook_configs":
            read = try members(WebhookSettings.keys)
            means = .webhook(try WebhookSettings(read, global))
        case "slack_configs":
            read = try members(SlackSettings.keys)
            means = .slack(try SlackSettings(read, global))
        case "pagerduty_configs":
            read = try members(PagerDutySettings.keys)
            means = .pagerDuty(try PagerDutySettings(read, global))
        case "email_configs":
            read = try members(EmailSettings.keys)
            means = .email(try EmailSettings(read, global))
        default:
            read = try members(CommandSettings.keys)
            means = .command(try CommandSettings(read))
        }
        // As in Alertmanager: where a person would be disturbed twice, it has to be asked for.
        let isQuiet = kind == "slack_configs" || kind == "email_configs"
        return Integration(
            means: means, sendsResolved: try read.bool("send_resolved") ?? !isQuiet,
            name: "\(kind.dropLast("_configs".count))[\(index)]")
    }
}

/// `global:`, what receivers that do not say otherwise take.
package struct GlobalSettings: Sendable {
    /// Milliseconds after which an alert without an end that is not sent again is resolved.
    package var resolveTimeout: Int64 = 300_000
    package var http = HTTPSettings()
    package var slackURL: Secret?
    package var pagerDutyURL: Secret? = .text("https://events.pagerduty.com/v2/enqueue")
    package var smtpFrom: String?
    package var smtpSmarthost: String?
    package var smtpHello = "localhost"
    package var smtpUser: String?
    package var smtpPassword: Secret?
    package var smtpRequiresTLS = true

    /// What texts may include.
    package var library = TemplateLibrary.standard
    package var smtpIdentity: String?
    package var smtpTLS = TLSSettings()

    package init() {}

    /// Of receivers that are not built: of no use here, and no reason to refuse a file whose receivers are.
    private static let others = [
        "opsgenie_api_key", "opsgenie_api_key_file", "opsgenie_api_url", "victorops_api_key", "victorops_api_key_file",
        "victorops_api_url", "wechat_api_url", "wechat_api_secret", "wechat_api_corp_id", "telegram_api_url",
        "webex_api_url", "rocketchat_api_url", "jira_api_url", "smtp_auth_secret",
    ]

    init(_ setting: Setting) throws(AlertingProblem) {
        let members = try setting.members(
            [
                "resolve_timeout", "http_config", "slack_api_url", "slack_api_url_file", "pagerduty_url", "smtp_from",
                "smtp_smarthost", "smtp_hello", "smtp_auth_username", "smtp_auth_password", "smtp_auth_password_file",
                "smtp_auth_identity", "smtp_require_tls", "smtp_tls_config",
            ] + GlobalSettings.others)
        if let timeout = members["resolve_timeout"] { resolveTimeout = try timeout.duration(least: 1) }
        if let config = members["http_config"] { http = try HTTPSettings(config) }
        slackURL = try Secret(members, "slack_api_url")
        if let url = try members.text("pagerduty_url") { pagerDutyURL = .text(url) }
        smtpFrom = try members.text("smtp_from")
        smtpSmarthost = try members.text("smtp_smarthost")
        smtpHello = try members.text("smtp_hello") ?? smtpHello
        smtpUser = try members.text("smtp_auth_username")
        smtpPassword = try Secret(members, "smtp_auth_password")
        smtpIdentity = try members.text("smtp_auth_identity")
        if let config = members["smtp_tls_config"] { smtpTLS = try TLSSettings(config) }
        smtpRequiresTLS = try members.bool("smtp_require_tls") ?? true
    }
}

/// Sends a mail a group over SMTP.
package struct EmailSettings: Sendable {
    package var to: NotificationTemplate
    package var from: NotificationTemplate
    package var host: String
    package var port: Int
    package var hello: String
    package var identity: String
    package var user: String?
    package var password: Secret?
    /// Without STARTTLS nothing is sent.
    package var requiresTLS: Bool
    package var tls: TLSSettings
    package var subject: NotificationTemplate
    package var headers: [(name: String, value: NotificationTemplate)]
    package var text: NotificationTemplate
    package var html: NotificationTemplate

    init(_ members: SettingMembers, _ global: GlobalSettings) throws(AlertingProblem) {
        let library = global.library
        to = try members.required("to").template(library)
        if let setting = members["from"] {
            from = try setting.template(library)
        } else if let text = global.smtpFrom {
            from = try members.template(text, library, "from")
        } else {
            throw members.owner.problem("from is missing, and so is smtp_from in global")
        }
        guard let smarthost = try members.text("smarthost") ?? global.smtpSmarthost else {
            throw members.owner.problem("smarthost is missing, and so is smtp_smarthost in global")
        }
        guard let colon = smarthost.lastIndex(of: ":"), let port = UInt16(smarthost[smarthost.index(after: colon)...])
        else { throw (members["smarthost"] ?? members.owner).problem("\"\(smarthost)\" is no HOST:PORT") }
        host = smarthost[..<colon].filter { $0 != "[" && $0 != "]" }
        self.port = Int(port)
        hello = try members.text("hello") ?? global.smtpHello
        user = try members.text("auth_username") ?? global.smtpUser
        password = try Secret(members, "auth_password") ?? global.smtpPassword
        requiresTLS = try members.bool("require_tls") ?? global.smtpRequiresTLS
        tls = global.smtpTLS
        if let config = members["tls_config"] { tls = try TLSSettings(config) }
        identity = try members.text("auth_identity") ?? global.smtpIdentity ?? ""
        subject = try members.template(#"{{ template "email.default.subject" . }}"#, library, "headers")
        headers = try members["headers"]?.templates(library) ?? []
        if let setting = members["text"] {
            text = try setting.template(library)
        } else {
            text = try members.template(#"{{ template "__text_alert_list" .Alerts }}"#, library, "text")
        }
        if let setting = members["html"] {
            html = try setting.template(library, isHTML: true)
        } else {
            html = try members.template(#"{{ template "email.default.html" . }}"#, library, "html", isHTML: true)
        }
        for line in [to.source, from.source, hello] + headers.map(\.name) {
            guard line.utf8.allSatisfy({ $0 >= 0x20 }) else { throw members.owner.problem("has a line break") }
        }
    }

    static let keys = [
        "to", "from", "smarthost", "hello", "auth_username", "auth_password", "auth_password_file",
        "auth_identity", "auth_secret", "require_tls", "tls_config", "headers", "text", "html",
    ]
}

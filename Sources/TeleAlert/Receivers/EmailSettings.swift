/// Sends a mail a group over SMTP.
package struct EmailSettings: Sendable {
    package var to: String
    package var from: String
    package var host: String
    package var port: Int
    package var hello: String
    package var user: String?
    package var password: Secret?
    /// Without STARTTLS nothing is sent.
    package var requiresTLS: Bool
    package var headers: [(name: String, value: FieldTemplate)]
    /// Templates; nil is ours.
    package var text: FieldTemplate?
    package var html: FieldTemplate?

    init(_ members: SettingMembers, _ global: GlobalSettings) throws(AlertingProblem) {
        to = try members.required("to").text()
        guard let from = try members.text("from") ?? global.smtpFrom else {
            throw members.owner.problem("from is missing, and so is smtp_from in global")
        }
        self.from = from
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
        headers = try members["headers"]?.templates() ?? []
        text = try members["text"]?.template()
        html = try members["html"]?.template()
        for line in [to, from, hello] + headers.map(\.name) {
            guard line.utf8.allSatisfy({ $0 >= 0x20 }) else { throw members.owner.problem("has a line break") }
        }
    }

    static let keys = [
        "to", "from", "smarthost", "hello", "auth_username", "auth_password", "auth_password_file", "require_tls",
        "headers", "text", "html",
    ]
}

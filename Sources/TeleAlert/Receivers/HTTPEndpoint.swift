/// Where a receiver is POSTed to, and how it is told who sends.
package struct HTTPEndpoint: Sendable {
    package var url: Secret
    package var http: HTTPSettings
    /// Milliseconds for one attempt.
    package var timeout: Int64

    /// `global`: where the receiver names none.
    init(
        _ members: SettingMembers, url key: String, global: Secret?, _ globalHTTP: HTTPSettings
    ) throws(AlertingProblem) {
        guard let secret = try Secret(members, key) ?? global else {
            throw members.owner.problem("\(key) is missing, and so is its global setting")
        }
        if case .text(let text) = secret {
            guard HTTPEndpoint.isAddress(text) else {
                throw (members[key] ?? members.owner).problem("is no http or https address")
            }
        }
        url = secret
        http =
            try members["http_config"].map { setting throws(AlertingProblem) in try HTTPSettings(setting) }
            ?? globalHTTP
        timeout = try members["timeout"]?.duration() ?? 0
    }

    package static func isAddress(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            return false
        }
        let rest = text.dropFirst(scheme.utf8.count)
        return rest.first.map { $0 != "/" && $0 != ":" } == true && rest.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }
}

/// The parts of Prometheus' `http_config` that are acted on.
package struct HTTPSettings: Sendable {
    package enum Credentials: Sendable {
        case none
        case basic(user: String, password: Secret?)
        /// `Bearer` and what stands behind it.
        case header(type: String, Secret)
    }

    package var credentials = Credentials.none
    /// Headers of each request.
    package var headers: [(name: String, value: String)] = []

    package var tls = TLSSettings()

    package init() {}

    init(_ setting: Setting) throws(AlertingProblem) {
        let members = try setting.members([
            "authorization", "basic_auth", "bearer_token", "bearer_token_file", "follow_redirects", "enable_http2",
            "http_headers", "tls_config",
        ])
        if let config = members["tls_config"] { tls = try TLSSettings(config) }
        if let basic = members["basic_auth"] {
            let parts = try basic.members(["username", "password", "password_file"])
            credentials = .basic(user: try parts.required("username").text(), password: try Secret(parts, "password"))
        }
        if let authorization = members["authorization"] {
            let parts = try authorization.members(["type", "credentials", "credentials_file"])
            guard let secret = try Secret(parts, "credentials") else {
                throw authorization.problem("credentials is missing")
            }
            credentials = .header(type: try parts.text("type") ?? "Bearer", secret)
        }
        if let token = try Secret(members, "bearer_token") { credentials = .header(type: "Bearer", token) }
        for (name, setting) in try members["http_headers"]?.pairs(atMost: 100) ?? [] {
            let parts = try setting.members(["values"])
            for value in try parts["values"]?.texts(atMost: 100) ?? [] {
                guard (name + value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                    throw setting.problem("has control characters")
                }
                headers.append((name, value))
            }
        }
    }
}

package import Yams

/// The `alerting:` section: what Alertmanager's own file says of routes, receivers, inhibition and times.
package struct AlertingConfiguration: Sendable {
    package var global = GlobalSettings()
    package var tree: RouteTree
    package var receivers: [String: Receiver]
    /// In the order of the file.
    package var receiverNames: [String]
    package var inhibitRules: [InhibitRule]
    package var timeIntervals: [String: [TimeInterval]]
    /// Globs of files with templates.
    package var templates: [String]
    /// Where people find this server; for links.
    package var externalURL: String?
    /// The section as YAML, without secrets.
    package var shown: String
    /// The section as it was read, with its files of templates; two configurations are the same where it is.
    package var source: String

    /// `files` gives the files of a glob of `templates`.
    package init(
        _ node: Node, files: (String) throws(AlertingProblem) -> [TemplateFile] = { _ throws(AlertingProblem) in [] }
    ) throws(AlertingProblem) {
        let root = Setting(node)
        let members = try root.members([
            "global", "templates", "route", "inhibit_rules", "receivers", "time_intervals", "mute_time_intervals",
            "external_url",
        ])
        if let setting = members["global"] { global = try GlobalSettings(setting) }
        templates = try members["templates"]?.texts(atMost: AlertingLimits.templateFiles) ?? []
        var found: [TemplateFile] = []
        for glob in templates { found += try files(glob) }
        global.library = try TemplateLibrary(found)
        receivers = [:]
        receiverNames = []
        for element in try members["receivers"]?.list(atMost: AlertingLimits.receivers) ?? [] {
            let receiver = try Receiver(element, global)
            guard receivers.updateValue(receiver, forKey: receiver.name) == nil else {
                throw element.problem("the name \"\(receiver.name)\" is not unique")
            }
            receiverNames.append(receiver.name)
        }
        guard let route = members["route"] else { throw root.problem("no route is given") }
        tree = try RouteTree(route)
        inhibitRules = []
        for element in try members["inhibit_rules"]?.list(atMost: AlertingLimits.inhibitRules) ?? [] {
            inhibitRules.append(try InhibitRule(element))
        }
        timeIntervals = [:]
        for key in ["mute_time_intervals", "time_intervals"] {
            guard let setting = members[key] else { continue }
            try AlertingConfiguration.addIntervals(setting, to: &timeIntervals)
        }
        externalURL = try members.text("external_url").map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        source = ((try? Yams.serialize(node: node)) ?? "") + global.library.source
        shown = (try? Yams.serialize(node: AlertingConfiguration.masked(node, isSecret: false))) ?? ""
        for route in tree.routes {
            guard receivers[route.receiver] != nil else {
                throw (members["route"] ?? root).problem("undefined receiver \"\(route.receiver)\" used in route")
            }
            for name in route.muteTimeIntervals + route.activeTimeIntervals where timeIntervals[name] == nil {
                throw (members["route"] ?? root).problem("undefined time interval \"\(name)\" used in route")
            }
        }
    }

    /// Where nothing is configured: alerts are held and shown, silences work, nobody is told.
    package static let nobody = AlertingConfiguration()

    private init() {
        tree = RouteTree(receiver: "nobody")
        receivers = ["nobody": Receiver(name: "nobody", integrations: [])]
        receiverNames = ["nobody"]
        inhibitRules = []
        timeIntervals = [:]
        templates = []
        (shown, source) = ("", "")
    }

    /// From text, as it stands in a file of Alertmanager's.
    package init(
        yaml: String,
        files: (String) throws(AlertingProblem) -> [TemplateFile] = { _ throws(AlertingProblem) in [] }
    ) throws {
        guard let node = try compose(yaml: yaml) else { throw AlertingProblem("is empty", key: "") }
        try self.init(node, files: files)
    }

    private static func addIntervals(
        _ setting: Setting, to intervals: inout [String: [TimeInterval]]
    ) throws(AlertingProblem) {
        for element in try setting.list(atMost: AlertingLimits.timeIntervals) {
            let members = try element.members(["name", "time_intervals"])
            let name = try members.required("name").text()
            var parts: [TimeInterval] = []
            for part in try members["time_intervals"]?.list(atMost: AlertingLimits.timeIntervals) ?? [] {
                parts.append(try TimeInterval(part))
            }
            guard intervals.updateValue(parts, forKey: name) == nil else {
                throw element.problem("the name \"\(name)\" is not unique")
            }
        }
    }

    private static let secrets: Set<String> = [
        "password", "smtp_auth_password", "auth_password", "slack_api_url", "api_url", "routing_key", "service_key",
        "credentials", "bearer_token", "url", "http_headers", "env",
    ]

    /// As deep as the file, whose depth the YAML parser bounds.
    private static func masked(_ node: Node, isSecret: Bool) -> Node {
        switch node {
        case .scalar: return isSecret ? Node("<secret>") : node
        case .sequence(let sequence): return Node(sequence.map { masked($0, isSecret: isSecret) })
        case .mapping(let mapping):
            return Node(
                mapping.map { key, value in
                    (key, masked(value, isSecret: isSecret || secrets.contains(key.scalar?.string ?? "")))
                })
        default: return node
        }
    }
}

extension AlertingConfiguration: Equatable {
    package static func == (a: AlertingConfiguration, b: AlertingConfiguration) -> Bool { a.source == b.source }
}

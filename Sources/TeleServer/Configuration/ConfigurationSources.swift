/// Where settings come from; what stands further down wins: defaults, file, environment, flags.
package struct ConfigurationSources: Sendable {
    /// Path of the file and its text.
    package var file: (path: String, yaml: String)?
    /// The process's environment; only `TELED_*` is looked at.
    package var environment: [String: String] = [:]
    /// Settings by key, such as `data`, with the flag as the user wrote it.
    package var flags: [(key: String, flag: String, values: [String])] = []

    package init() {}

    /// What is in force, or the first thing that is wrong.
    package func resolve() throws(ConfigurationProblem) -> ResolvedConfiguration {
        var resolved = ResolvedConfiguration()
        if let file {
            let settings = try ConfigurationFile(yaml: file.yaml, name: file.path)
            for entry in settings.entries { try resolved.set(entry.key, entry.values, origin: entry.place) }
            resolved.configuration.alerting = settings.alerting
            if let slash = file.path.lastIndex(of: "/") {
                resolved.configuration.folder = String(file.path[...slash])
            }
        }
        for key in ConfigurationKey.all {
            guard let text = environment[key.variable], !text.isEmpty else { continue }
            try resolved.set(key.name, key.isList ? ConfigurationSources.list(text) : [text], origin: key.variable)
        }
        let known = Set(ConfigurationKey.all.map(\.variable)).union(["TELED_CONFIG"])
        for name in environment.keys.sorted() where name.hasPrefix("TELED_") && !known.contains(name) {
            resolved.warnings.append("\(name): no such setting, ignored")
        }
        for flag in flags { try resolved.set(flag.key, flag.values, origin: flag.flag) }
        return resolved
    }

    /// Elements of a list in one text: commas, with or without brackets.
    package static func list(_ text: String) -> [String] {
        var text = Substring(text)
        if text.hasPrefix("["), text.hasSuffix("]"), text.contains(",") || !text.contains("]:") {
            text = text.dropFirst().dropLast()
        }
        return text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }
}

/// A configuration and where each of its settings came from.
package struct ResolvedConfiguration: Sendable {
    package var configuration = Configuration()
    /// By key; a key that is missing has its default.
    package var origins: [String: String] = [:]
    package var warnings: [String] = []

    package init() {}

    mutating func set(_ name: String, _ values: [String], origin: String) throws(ConfigurationProblem) {
        guard let key = ConfigurationKey.named(name) else {
            throw ConfigurationProblem("unknown key", key: name, place: origin)
        }
        do { try key.apply(&configuration, values) } catch {
            throw ConfigurationProblem(error.message, key: name, place: origin)
        }
        origins[name] = origin
    }

    /// The configuration as YAML that ``ConfigurationFile`` reads back, each line with where its value comes from.
    package var yaml: String { configuration.yaml { "# \(origins[$0] ?? "default")" } }
}

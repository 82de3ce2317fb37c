package import TeleAlert
internal import Yams

/// A configuration file as its settings, in order, with the place of each; only the shape is checked here.
package struct ConfigurationFile: Sendable {
    package struct Entry: Sendable, Equatable {
        package var key: String
        package var values: [String]
        package var place: String
    }

    package var entries: [Entry] = []
    package var alerting: AlertingConfiguration?

    /// Where paths within it begin: the file's folder, with a slash at its end; empty: where the process was started.
    private let folder: String

    /// `name` is what messages call the file: its path.
    package init(yaml: String, name: String) throws(ConfigurationProblem) {
        folder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
        let root: Node?
        do { root = try compose(yaml: yaml) } catch {
            let line = YAMLProblem.line(error)
            throw ConfigurationProblem(YAMLProblem.message(error), place: line.map { "\(name):\($0)" } ?? name)
        }
        guard let root, !YAMLProblem.isNull(root) else { return }
        try read(root, prefix: "", name: name)
    }

    private mutating func read(_ node: Node, prefix: String, name: String) throws(ConfigurationProblem) {
        guard case .mapping(let mapping) = node else {
            throw ConfigurationProblem(
                "should be a mapping of keys to values", key: prefix.isEmpty ? nil : prefix,
                place: ConfigurationFile.place(node, name))
        }
        for (keyNode, value) in mapping {
            let place = ConfigurationFile.place(keyNode, name)
            guard let part = keyNode.scalar?.string else {
                throw ConfigurationProblem("a key that is no text", place: place)
            }
            try read(value, key: prefix.isEmpty ? part : "\(prefix).\(part)", place: place, name: name)
        }
    }

    private mutating func read(
        _ value: Node, key: String, place: String, name: String
    ) throws(ConfigurationProblem) {
        if key == "alerting" {
            // Alertmanager's own file: read whole by the part that acts on it.
            if YAMLProblem.isNull(value) { return }
            do throws(AlertingProblem) {
                alerting = try AlertingConfiguration(value) { [folder] (glob) throws(AlertingProblem) in
                    try TemplateFiles.read(glob, folder: folder)
                }
            } catch {
                let file = error.file ?? name
                throw ConfigurationProblem(
                    error.message, key: error.key.isEmpty ? key : "\(key).\(error.key)",
                    place: error.line.map { "\(file):\($0)" } ?? error.file ?? place)
            }
            return
        }
        guard let known = ConfigurationKey.named(key) else {
            if ConfigurationKey.all.contains(where: { $0.name.hasPrefix(key + ".") }) {
                if YAMLProblem.isNull(value) { return }
                return try read(value, prefix: key, name: name)
            }
            throw ConfigurationProblem("unknown key" + ConfigurationFile.suggestion(for: key), key: key, place: place)
        }
        if YAMLProblem.isNull(value) { return }
        entries.append(Entry(key: key, values: try texts(of: value, known, place: place), place: place))
    }

    private func texts(
        of value: Node, _ key: ConfigurationKey, place: String
    ) throws(ConfigurationProblem) -> [String] {
        switch value {
        case .scalar(let scalar): return [scalar.string]
        case .sequence(let sequence):
            var out: [String] = []
            for element in sequence {
                guard let text = element.scalar?.string else {
                    throw ConfigurationProblem("a list element that is no text", key: key.name, place: place)
                }
                out.append(text)
            }
            return out
        default: throw ConfigurationProblem("takes a value, not a mapping", key: key.name, place: place)
        }
    }

    private static func place(_ node: Node, _ name: String) -> String {
        node.mark.map { "\(name):\($0.line)" } ?? name
    }

    private static func suggestion(for key: String) -> String {
        let last = key.split(separator: ".").last.map(String.init) ?? key
        let near = (ConfigurationKey.all.map(\.name) + ["alerting"]).filter { $0 == last || $0.hasSuffix("." + last) }
        return near.isEmpty ? "" : "; do you mean \(near.joined(separator: " or "))?"
    }
}

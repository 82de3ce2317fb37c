extension Configuration {
    /// All settings as YAML that ``ConfigurationFile`` reads back. `note` is put behind the line of a key.
    package func yaml(note: (String) -> String = { _ in "" }) -> String {
        var lines: [String] = []
        var group = ""
        for key in ConfigurationKey.all {
            let parts = key.name.split(separator: ".")
            var indent = ""
            if parts.count > 1 {
                if group != parts[0] { lines.append("\(parts[0]):") }
                indent = "  "
            }
            group = parts.count > 1 ? String(parts[0]) : ""
            let values = key.show(self).map(Configuration.quoted)
            let value =
                values.count == 1 && !(key.isList && key.name == "rules")
                ? values[0] : "[\(values.joined(separator: ", "))]"
            let setting = "\(indent)\(parts[parts.count - 1]): \(value)"
            let note = note(key.name)
            let padding = note.isEmpty ? "" : String(repeating: " ", count: max(1, 40 - setting.count))
            lines.append(setting + padding + note)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2e, 0x2f, 0x3a, 0x2d, 0x5f: true
            default: false
            }
        }
        let needsQuotes = !isPlain || text.isEmpty || text.hasSuffix(":")
        return needsQuotes
            ? "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" : text
    }
}

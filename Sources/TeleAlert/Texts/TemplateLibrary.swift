internal import TeleModel
internal import TeleQL
internal import TeleQuery

/// The named templates that every text of a configuration may include: ours, which have the names of Alertmanager's,
/// and those of the configuration's files; of the same name, what was read last.
package final class TemplateLibrary: Sendable {
    let definitions: [String: [LogQLTemplate.Node]]
    /// All that was read from files: two libraries are the same where it is.
    let source: String

    /// Ours alone.
    package static let standard = (try? TemplateLibrary([], over: [:])) ?? TemplateLibrary()

    private init() { (definitions, source) = ([:], "") }

    /// `files` in their order. Text of a file outside of `define` is a template with the file's name.
    package convenience init(_ files: [TemplateFile]) throws(AlertingProblem) {
        try self.init(files, over: TemplateLibrary.standard.definitions)
    }

    private init(
        _ files: [TemplateFile], over known: [String: [LogQLTemplate.Node]]
    ) throws(AlertingProblem) {
        var definitions = known
        var source = ""
        let own = known.isEmpty ? [TemplateFile(path: "default.tmpl", text: DefaultTemplates.text)] : []
        for file in own + files {
            let template: LogQLTemplate
            do throws(LogQLError) {
                template = try LogQLTemplate.located(file.text, dialect: NotificationFunctions.dialect)
            } catch {
                throw AlertingProblem(error.message, key: "templates", line: error.line, file: file.path)
            }
            for (name, nodes) in template.definitions where !TemplateLibrary.isEmpty(nodes) || definitions[name] == nil
            {
                definitions[name] = nodes
            }
            if !TemplateLibrary.isEmpty(template.nodes) { definitions[file.name] = template.nodes }
            source += "\u{0}\(file.path)\u{0}\(file.text)"
        }
        self.definitions = definitions
        self.source = files.isEmpty ? "" : source
    }

    /// As in Go, what has nothing but blanks replaces nothing.
    private static func isEmpty(_ nodes: [LogQLTemplate.Node]) -> Bool {
        nodes.allSatisfy { node in
            if case .text(let text) = node { return text.allSatisfy(\.isWhitespace) }
            return false
        }
    }

    /// The first template that is included, directly or by others, and that nobody has defined.
    func undefined(in template: LogQLTemplate) -> String? {
        var seen: Set<String> = []
        var open = LogQLTemplate.included(template.nodes)
        while let name = open.popLast() {
            guard seen.insert(name).inserted else { continue }
            guard let nodes = template.definitions[name] ?? definitions[name] else { return name }
            open += LogQLTemplate.included(nodes)
        }
        return nil
    }
}

/// A file of templates.
package struct TemplateFile: Sendable {
    package var path: String
    package var text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Without its folders.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

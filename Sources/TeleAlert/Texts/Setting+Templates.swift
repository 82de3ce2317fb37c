extension Setting {
    /// Texts with templates, by name.
    func templates(
        _ library: TemplateLibrary
    ) throws(AlertingProblem) -> [(name: String, value: NotificationTemplate)] {
        var out: [(name: String, value: NotificationTemplate)] = []
        for (key, value) in try pairs(atMost: 100) { out.append((key, try value.template(library))) }
        return out
    }

    func template(
        _ library: TemplateLibrary, isHTML: Bool = false
    ) throws(AlertingProblem) -> NotificationTemplate {
        let text = try text()
        do throws(NotificationTemplateError) { return try NotificationTemplate(text, library, isHTML: isHTML) } catch {
            guard let line = error.line, line > 1 else { throw problem(error.message) }
            throw problem("line \(line) of the text: \(error.message)")
        }
    }
}

extension SettingMembers {
    /// Those of the keys that are there, and for the others what stands in `defaults`.
    func texts(
        _ keys: [String], defaults: [String: String], _ library: TemplateLibrary
    ) throws(AlertingProblem) -> [String: NotificationTemplate] {
        var out: [String: NotificationTemplate] = [:]
        for key in keys {
            if let setting = self[key] {
                out[key] = try setting.template(library)
            } else if let source = defaults[key] {
                out[key] = try template(source, library, key)
            }
        }
        return out
    }

    /// A text that the configuration does not give, but whose parts it may have defined anew.
    func template(
        _ source: String, _ library: TemplateLibrary, _ key: String, isHTML: Bool = false
    ) throws(AlertingProblem) -> NotificationTemplate {
        do throws(NotificationTemplateError) { return try NotificationTemplate(source, library, isHTML: isHTML) } catch
        {
            throw owner.problem("the default of \(key): \(error.message)")
        }
    }
}

internal import TeleModel
internal import TeleQL
internal import TeleQuery

/// A text of a notification in the language of Go's templates, over Alertmanager's data.
package struct NotificationTemplate: Sendable {
    package let source: String
    /// nil: there is nothing to expand.
    private let template: LogQLTemplate?
    private let library: TemplateLibrary
    private let isHTML: Bool

    /// - Throws: ``LogQLError`` with the line of the text, for what is wrong whatever the notification.
    package init(
        _ source: String, _ library: TemplateLibrary = .standard, isHTML: Bool = false
    ) throws(NotificationTemplateError) {
        self.source = source
        self.library = library
        self.isHTML = isHTML
        guard source.contains("{{") else {
            template = nil
            return
        }
        let template: LogQLTemplate
        do throws(LogQLError) {
            template = try LogQLTemplate.located(source, dialect: NotificationFunctions.dialect)
        } catch { throw NotificationTemplateError(message: error.message, line: error.line) }
        if let name = library.undefined(in: template) {
            throw NotificationTemplateError(message: "template \"\(name)\" not defined", line: nil)
        }
        self.template = template
        // Fields that no notification has are found by trying, in whatever branch of the samples they stand.
        for sample in NotificationData.samples {
            if let error = run(template, sample).error, error.kind == .unknownMember {
                throw NotificationTemplateError(message: error.message, line: nil)
            }
        }
    }

    /// The text, and why it is not what it should be: what can't be expanded says so in its place, and what is too long
    /// is cut. An alert with a bad text is better than none.
    package func expanded(_ data: NotificationData) -> (text: String, problem: String?) {
        guard let template else { return (source, nil) }
        let (text, error) = run(template, data)
        guard let error else { return (text, nil) }
        if error.kind == .limit { return (text + "… (cut: \(error.message))", error.message) }
        return ("<error expanding template: \(error.message)>", error.message)
    }

    private func run(_ template: LogQLTemplate, _ data: NotificationData) -> (text: String, error: LogTemplateError?) {
        let functions = NotificationFunctions(now: data.time)
        let escape: LogTemplateRun.Escape? = isHTML ? { HTMLEscape.text($0, $1, $2) } : nil
        let run = LogTemplateRun(
            dot: .object(data), variables: [], mostBytes: AlertingLimits.templatedBytes, library: library.definitions,
            escape: escape
        ) { (name, arguments, run) throws(LogTemplateError) in
            try functions.value(name, arguments, run)
        }
        do throws(LogTemplateError) { return (String(decoding: try run.text(template), as: UTF8.self), nil) } catch {
            return (String(decoding: run.printed, as: UTF8.self), error)
        }
    }
}

/// Why a text is no template.
package struct NotificationTemplateError: Error, Sendable, Equatable {
    package var message: String
    /// Of the text, from 1 on; nil where the place is not known.
    package var line: Int?
}

extension NotificationData {
    /// Notifications of the usual kinds, for trying templates: something fires, something is over, both.
    static let samples: [NotificationData] = {
        func item(_ name: String, isFiring: Bool) -> Notification.Item {
            let labels = LabelSet([("alertname", name), ("severity", "critical")])
            let annotations = LabelSet([("summary", "s"), ("description", "d")])
            let alert = Alert(
                labels: labels, annotations: annotations, state: isFiring ? .firing : .resolved, activeAt: 0,
                startsAt: 0, endsAt: 60_000, value: 1, generatorURL: "http://localhost/")
            return Notification.Item(alert: alert, isFiring: isFiring, fingerprint: AlertFingerprint.of(labels))
        }
        let (firing, over) = (item("A", isFiring: true), item("B", isFiring: false))
        return [[firing, firing], [over, over], [firing, over]].map { items in
            NotificationData(
                receiver: "r", items: items, groupLabels: LabelSet([("severity", "critical")]),
                commonLabels: LabelSet([("severity", "critical")]), commonAnnotations: items[0].alert.annotations,
                externalURL: "http://localhost", time: 120_000)
        }
    }()
}

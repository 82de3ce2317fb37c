internal import TeleModel

/// The part of Go's templates that titles and texts of notifications mostly are: fields of the notification between
/// braces: `{{ .Status }}`, `{{ .CommonLabels.alertname }}`, `{{ .GroupLabels.job | toUpper }}`, our default texts by
/// their names in Alertmanager (`{{ template "slack.default.title" . }}`). Everything else is refused when the
/// configuration is read, not when something burns.
package struct FieldTemplate: Sendable {
    private enum Part: Sendable {
        case text(String)
        case field([String], isUpper: Bool?)
        case subject, list, link
    }

    private var parts: [Part] = []

    package init(_ source: String) throws(MatcherProblem) {
        var rest = Substring(source)
        while let open = FieldTemplate.range(of: "{{", in: rest) {
            if open.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<open.lowerBound]))) }
            guard let close = FieldTemplate.range(of: "}}", in: rest[open.upperBound...]) else {
                throw MatcherProblem("a template is not closed by }}")
            }
            parts.append(try FieldTemplate.part(rest[open.upperBound..<close.lowerBound]))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }

    /// `subject`, `list` and `link` are our own texts, made only where they are asked for.
    package func text(
        _ notification: Notification, externalURL: String, subject: () -> String, list: () -> String,
        link: () -> String
    ) -> String {
        var out = ""
        for part in parts {
            switch part {
            case .text(let text): out += text
            case .subject: out += subject()
            case .list: out += list()
            case .link: out += link()
            case .field(let path, let isUpper):
                let value = FieldTemplate.value(path, notification, externalURL)
                out += isUpper.map { $0 ? value.uppercased() : value.lowercased() } ?? value
            }
        }
        return out
    }

    private static let maps = ["GroupLabels", "CommonLabels", "CommonAnnotations"]
    private static let plain = ["Status", "Receiver", "ExternalURL"]

    private static func part(_ source: Substring) throws(MatcherProblem) -> Part {
        let words = source.split { $0 == "-" || $0.isWhitespace }.map(String.init)
        let problem = MatcherProblem(
            "{{\(source)}} is not supported; there are .Status, .Receiver, .ExternalURL, .GroupLabels.NAME, "
                + ".CommonLabels.NAME, .CommonAnnotations.NAME, with | toUpper or | toLower, and the default templates")
        if words.first == "template", words.count == 3, words[2] == "." {
            switch words[1].split(separator: ".").last.map({ $0.filter { $0 != "\"" } }) {
            case "title", "subject", "fallback", "description": return .subject
            case "text", "instances", "html": return .list
            case "titlelink", "clientURL": return .link
            default: throw problem
            }
        }
        let path = words.first?.split(separator: ".", omittingEmptySubsequences: false).map(String.init) ?? []
        guard path.first == "", path.count == 2 && plain.contains(path[1]) || path.count == 3 && maps.contains(path[1])
        else { throw problem }
        switch words.dropFirst().joined(separator: " ") {
        case "": return .field(Array(path.dropFirst()), isUpper: nil)
        case "| toUpper": return .field(Array(path.dropFirst()), isUpper: true)
        case "| toLower": return .field(Array(path.dropFirst()), isUpper: false)
        default: throw problem
        }
    }

    private static func value(_ path: [String], _ notification: Notification, _ externalURL: String) -> String {
        let labels: LabelSet
        switch path[0] {
        case "Status": return notification.isFiring ? "firing" : "resolved"
        case "Receiver": return notification.key.integration.receiver
        case "ExternalURL": return externalURL
        case "GroupLabels": labels = notification.groupLabels
        case "CommonLabels": labels = notification.common(\.labels)
        default: labels = notification.common(\.annotations)
        }
        return labels[path[1]] ?? ""
    }

    private static func range(of mark: String, in text: Substring) -> Range<Substring.Index>? {
        var at = text.startIndex
        while at < text.endIndex {
            if text[at...].hasPrefix(mark) { return at..<text.index(at, offsetBy: mark.count) }
            at = text.index(after: at)
        }
        return nil
    }
}

extension Setting {
    /// Texts with fields, by name.
    func templates() throws(AlertingProblem) -> [(name: String, value: FieldTemplate)] {
        var out: [(name: String, value: FieldTemplate)] = []
        for (key, value) in try pairs(atMost: 100) { out.append((key, try value.template())) }
        return out
    }

    /// A text in which fields of the notification may stand.
    func template() throws(AlertingProblem) -> FieldTemplate {
        do { return try FieldTemplate(try text()) } catch let error as MatcherProblem {
            throw problem(error.description)
        } catch let error as AlertingProblem {
            throw error
        } catch {
            throw problem("\(error)")
        }
    }
}

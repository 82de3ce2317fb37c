internal import Foundation
internal import TeleModel
internal import TeleQL
internal import TeleQuery

/// The functions that Alertmanager's templates have besides Go's own; those that rules have as well are the rules'.
/// Source: "Notification template reference" of Prometheus' documentation.
struct NotificationFunctions {
    /// Unix milliseconds, for `since`.
    let now: Int64

    static let dialect = LogQLTemplate.Dialect(
        functions: [
            "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print", "printf",
            "println", "html", "js", "urlquery", "title", "toUpper", "toLower", "trimSpace", "join", "match",
            "safeHtml", "safeUrl", "urlUnescape", "reReplaceAll", "stringSlice", "date", "tz", "since",
            "humanizeDuration",
        ], hasDefinitions: true, hasMethods: true)

    func value(
        _ name: String, _ arguments: [LogTemplateValue], _ run: LogTemplateRun
    ) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "title":
            let text = try text(arguments, name).lowercased()
            return try LogTemplateCall(name: "title", arguments: [.string(text)], run: run).builtin()
        case "trimSpace":
            return try LogTemplateCall(name: "TrimSpace", arguments: arguments, run: run).value()
        case "join": return .string(try joined(arguments))
        case "stringSlice": return .list(arguments)
        case "safeHtml", "safeUrl": return .object(SafeText(text: try text(arguments, name)))
        case "urlUnescape":
            guard let decoded = PercentText.decoded(try text(arguments, name)) else {
                throw LogTemplateError("invalid URL escape")
            }
            return .string(decoded)
        case "toUpper", "toLower", "match", "reReplaceAll":
            return try RuleFunctions(pass: nil).ofTexts(name, arguments, run)
        default: return try ofTimes(name, arguments)
        }
    }

    private func ofTimes(
        _ name: String, _ arguments: [LogTemplateValue]
    ) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "date":
            let layout = try text(Array(arguments.prefix(1)), name)
            return .string(try TimeObject.time(Array(arguments.dropFirst()), name).text(layout))
        case "tz":
            let zone = try text(Array(arguments.prefix(1)), name)
            var time = try TimeObject.time(Array(arguments.dropFirst()), name)
            if ["UTC", "", "Local"].contains(zone) {
                time.zone = nil
            } else if let known = TimeZone(identifier: zone) {
                time.zone = known
            } else {
                throw LogTemplateError("unknown time zone \(zone)")
            }
            return .object(time)
        case "since":
            return .object(TimeObject(milliseconds: now).since(try TimeObject.time(arguments, name)))
        case "humanizeDuration":
            if case .object(let object)? = arguments.first, let duration = object as? DurationObject {
                return .string(RuleFunctions.duration(duration.seconds))
            }
            return try RuleFunctions(pass: nil).ofNumbers(name, arguments)
        default: return nil
        }
    }

    private func joined(_ arguments: [LogTemplateValue]) throws(LogTemplateError) -> String {
        guard arguments.count == 2, case .string(let separator) = arguments[0], case .list(let parts) = arguments[1]
        else { throw LogTemplateError("join takes a separator and a list of texts") }
        var texts: [String] = []
        for part in parts {
            guard case .string(let text) = part else { throw LogTemplateError("join takes a list of texts") }
            texts.append(text)
        }
        return texts.joined(separator: separator)
    }

    private func text(_ arguments: [LogTemplateValue], _ name: String) throws(LogTemplateError) -> String {
        guard arguments.count == 1, case .string(let text) = arguments[0] else {
            throw LogTemplateError("wrong number or type of args for \(name)")
        }
        return text
    }
}

/// A text that goes into HTML as it is.
struct SafeText: LogTemplateObject {
    var text: String

    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? { nil }
    var isTrue: Bool { !text.isEmpty }
    var printed: String { text }
}

/// What stands in a HTML page in place of a value. Labels are anybody's words: they become text, never elements, and a
/// link leads to a web page or a mailbox, or nowhere.
enum HTMLEscape {
    static func text(_ value: LogTemplateValue, _ before: [UInt8], _ run: LogTemplateRun) -> String {
        let text = value.printed(run)
        if case .object(let object) = value, object is SafeText { return text }
        let tail = String(decoding: before.suffix(8), as: UTF8.self).lowercased()
        let isLink = ["href=\"", "href='", "src=\"", "src='"].contains { tail.hasSuffix($0) }
        if isLink, !isHarmless(text) { return "#ZgotmplZ" }
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&#34;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    /// A link without a scheme, or with one that runs nothing.
    private static func isHarmless(_ link: String) -> Bool {
        let head = link.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let colon = head.firstIndex(of: ":") else { return true }
        return ["http", "https", "mailto"].contains(head[..<colon].lowercased())
    }
}

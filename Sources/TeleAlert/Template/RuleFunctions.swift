internal import TeleEngine
internal import TeleModel
package import TeleQL
internal import TeleQuery

/// The functions that Prometheus' templates have besides Go's own. Source: prometheus/template/template.go.
package struct RuleFunctions {
    /// nil: outside of a rule, where `query` finds nothing.
    let pass: RulePass?

    init(pass: RulePass?) { self.pass = pass }

    /// Series that `query` may give: more say nothing in a text.
    private static let mostSeries = 10_000

    package static let dialect = LogQLTemplate.Dialect(
        functions: [
            "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print", "printf",
            "println", "html", "js", "urlquery", "query", "first", "label", "value", "strvalue", "sortByLabel", "args",
            "reReplaceAll", "safeHtml", "match", "title", "toUpper", "toLower", "graphLink", "tableLink", "humanize",
            "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration",
            "now", "pathPrefix", "externalURL", "parseDuration", "stripPort", "stripDomain", "urlQueryEscape",
        ], hasDefinitions: true)

    func value(
        _ name: String, _ arguments: [LogTemplateValue], _ run: LogTemplateRun
    ) throws(LogTemplateError) -> LogTemplateValue? {
        if let value = try ofVectors(name, arguments, run) { return value }
        if let value = try ofTexts(name, arguments, run) { return value }
        if let value = try ofNumbers(name, arguments) { return value }
        switch name {
        case "externalURL": return .string(pass?.options.externalURL ?? "")
        case "pathPrefix": return .string(pathPrefix)
        case "now": return .double(Double(pass?.time ?? 0) / 1000)
        case "args":
            return .map(arguments.enumerated().map { ("arg\($0.offset)", $0.element) }.sorted { $0.0 < $1.0 })
        default: return nil
        }
    }

    /// The path of the external URL, without a slash at its end.
    private var pathPrefix: String {
        let url = pass?.options.externalURL ?? ""
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count > 3 ? "/" + parts[3] : ""
    }

    // MARK: Vectors

    private func ofVectors(
        _ name: String, _ arguments: [LogTemplateValue], _ run: LogTemplateRun
    ) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "query": return try query(try text(arguments, 0, name))
        case "first":
            guard case .list(let samples)? = arguments.first, let first = samples.first else {
                throw LogTemplateError("first() called on vector with no elements")
            }
            return first
        case "label":
            guard arguments.count == 2 else { throw wrong(name) }
            return member(try text(arguments, 0, name), of: member("Labels", of: arguments[1]))
        case "value":
            guard arguments.count == 1 else { throw wrong(name) }
            return member("Value", of: arguments[0])
        case "strvalue":
            guard arguments.count == 1 else { throw wrong(name) }
            return member("__value__", of: member("Labels", of: arguments[0]))
        case "sortByLabel":
            guard arguments.count == 2, case .list(let samples) = arguments[1] else { throw wrong(name) }
            let label = try text(arguments, 0, name)
            let keyed = samples.map { (key: member(label, of: member("Labels", of: $0)).printed(run), sample: $0) }
            return .list(keyed.sorted { $0.key < $1.key }.map(\.sample))
        default: return nil
        }
    }

    private func query(_ expression: String) throws(LogTemplateError) -> LogTemplateValue {
        guard let pass else { return .list([]) }
        do throws(RuleQueryError) {
            let vector = try RuleQuery(expression, .promql).vector(
                at: pass.dataTime, snapshot: pass.snapshot, budget: pass.budget)
            guard vector.samples.count <= RuleFunctions.mostSeries else {
                throw RuleQueryError("gives more than \(RuleFunctions.mostSeries) series")
            }
            return .list(
                vector.samples.map { sample in
                    .map([("Labels", RuleExpander.map(sample.labels)), ("Value", .double(sample.value))])
                })
        } catch { throw LogTemplateError("query \"\(expression)\": \(error.message)") }
    }

    private func member(_ name: String, of value: LogTemplateValue) -> LogTemplateValue {
        guard case .map(let members) = value else { return .string("") }
        return members.first { $0.name == name }?.value ?? .string("")
    }

    func text(_ arguments: [LogTemplateValue], _ at: Int, _ name: String) throws(LogTemplateError) -> String {
        guard at < arguments.count, case .string(let text) = arguments[at] else { throw wrong(name) }
        return text
    }

    func wrong(_ name: String) -> LogTemplateError { LogTemplateError("wrong number or type of args for \(name)") }
}

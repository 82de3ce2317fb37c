internal import TeleModel
internal import TeleQL
internal import TeleQuery

extension RuleFunctions {
    func ofTexts(
        _ name: String, _ arguments: [LogTemplateValue], _ run: LogTemplateRun
    ) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "toUpper": return .string(try text(arguments, 0, name).uppercased())
        case "toLower": return .string(try text(arguments, 0, name).lowercased())
        case "safeHtml": return .string(try text(arguments, 0, name))
        case "urlQueryEscape": return .string(GeneratorURL.escaped(try text(arguments, 0, name)))
        case "tableLink", "graphLink":
            let query = GeneratorURL.escaped(try text(arguments, 0, name))
            return .string("/graph?g0.expr=\(query)&g0.tab=\(name == "tableLink" ? 1 : 0)")
        case "match":
            guard arguments.count == 2 else { throw wrong(name) }
            let pattern: Pattern
            do throws(PatternError) { pattern = try Pattern(try source(arguments, name)) } catch {
                throw LogTemplateError(error.description)
            }
            return .bool(pattern.matches(try text(arguments, 1, name)))
        case "reReplaceAll":
            guard arguments.count == 3 else { throw wrong(name) }
            return try LogTemplateCall(
                name: "regexReplaceAll", arguments: [arguments[0], arguments[2], arguments[1]], run: run
            ).value()
        case "stripPort": return .string(RuleFunctions.split(try text(arguments, 0, name)).host)
        case "stripDomain": return .string(RuleFunctions.withoutDomain(try text(arguments, 0, name)))
        case "parseDuration":
            let duration = try text(arguments, 0, name)
            guard let milliseconds = PromDuration.milliseconds(text: duration) else {
                throw LogTemplateError("not a valid duration string: \"\(duration)\"")
            }
            return .double(Double(milliseconds) / 1000)
        default: return nil
        }
    }

    private func source(_ arguments: [LogTemplateValue], _ name: String) throws(PatternError) -> String {
        if case .string(let text)? = arguments.first { return text }
        return ""
    }

    /// `host:port`, `[address]:port`; a text that is neither is a host.
    private static func split(_ text: String) -> (host: String, port: String?) {
        guard let colon = text.lastIndex(of: ":") else { return (text, nil) }
        let host = text[..<colon]
        let port = String(text[text.index(after: colon)...])
        if host.hasPrefix("["), host.hasSuffix("]") { return (String(host.dropFirst().dropLast()), port) }
        return host.contains(":") ? (text, nil) : (String(host), port)
    }

    private static func withoutDomain(_ text: String) -> String {
        let (host, port) = split(text)
        if host.contains(":") || host.allSatisfy({ $0.isNumber || $0 == "." }) { return text }
        let name = host.prefix { $0 != "." }
        return port.map { "\(name):\($0)" } ?? String(name)
    }
}

import TeleModel

extension LogQLParser {
    mutating func lineFilter() throws(LogQLError) -> LogQLLineFilter {
        guard case .symbol(let text) = current.kind, let operation = LogQLLineFilter.Operation(rawValue: text) else {
            throw unexpected("|=", "!=", "|~", "!~", "|>", "!>")
        }
        advance()
        var tests = [try lineTest(operation)]
        while isWord("or") {
            if following.kind == .identifier("ip") {
                advance()
            } else if case .string = following.kind {
                advance()
            } else {
                break
            }
            tests.append(try lineTest(operation))
        }
        guard tests.count <= Limits.queryStages else {
            throw error("more than \(Limits.queryStages) alternatives of a line filter", at: current)
        }
        return LogQLLineFilter(operation, tests)
    }

    private mutating func lineTest(_ operation: LogQLLineFilter.Operation) throws(LogQLError) -> LogQLLineFilter.Test {
        let token = current
        if isWord("ip") {
            guard operation == .contains || operation == .containsNot else {
                throw error("ip: invalid operation", at: token)
            }
            return .address(try address())
        }
        let text = try string()
        switch operation {
        case .contains, .containsNot: return .text(Array(text.utf8))
        case .matches, .matchesNot:
            return .matches(try pattern(token) { () throws(PatternError) in try Pattern(text) })
        case .fits, .fitsNot:
            return .fits(try placed(token) { () throws(LogQLError) in try LinePattern.filter(text) })
        }
    }

    /// `ip("...")`.
    mutating func address() throws(LogQLError) -> AddressRange {
        advance()
        try expect("(")
        let token = current
        let text = try string()
        try expect(")")
        guard let range = AddressRange(text) else { throw error("ip: invalid pattern \"\(text)\"", at: token) }
        return range
    }

    /// Stages that take a text: `regexp`, `pattern`, `line_format`, `label_format`.
    mutating func textStage(_ word: String) throws(LogQLError) -> LogQLStage {
        advance()
        if word == "label_format" { return .labelFormat(try labelFormats()) }
        let token = current
        let text = try string()
        switch word {
        case "regexp":
            let pattern = try pattern(token) { () throws(PatternError) in try Pattern(text) }
            let names = pattern.groupNames.compactMap { $0 }
            guard !names.isEmpty else { throw error("at least one named capture must be supplied", at: token) }
            for (at, name) in names.enumerated() where names[..<at].contains(name) {
                throw error("duplicate extracted label name '\(name)'", at: token)
            }
            return .regexp(pattern)
        case "pattern": return .pattern(try placed(token) { () throws(LogQLError) in try LinePattern.parser(text) })
        default: return .lineFormat(try template(text, token))
        }
    }

    private func template(_ text: String, _ token: LogQLToken) throws(LogQLError) -> LogQLTemplate {
        try placed(token) { () throws(LogQLError) in try LogQLTemplate(text) }
    }

    /// Runs what does not know where in the query it is.
    private func placed<T>(_ token: LogQLToken, _ body: () throws(LogQLError) -> T) throws(LogQLError) -> T {
        do throws(LogQLError) { return try body() } catch { throw self.error(error.message, at: token) }
    }

    private mutating func labelFormats() throws(LogQLError) -> [LogQLLabelFormat] {
        var out: [LogQLLabelFormat] = []
        while true {
            let token = current
            let name = try identifier()
            try expect("=")
            if case .string(let text) = current.kind {
                let place = current
                advance()
                out.append(LogQLLabelFormat(name: name, source: .template(try template(text, place))))
            } else {
                out.append(LogQLLabelFormat(name: name, source: .label(try identifier())))
            }
            if out.dropLast().contains(where: { $0.name == name }) {
                throw error("multiple label name '\(name)' not allowed in a single format operation", at: token)
            }
            if name == "__error__" { throw error("\(name) cannot be formatted", at: token) }
            guard out.count <= Limits.queryStages else {
                throw error("more than \(Limits.queryStages) labels in a format operation", at: current)
            }
            guard take(",") else { return out }
        }
    }
}

import TeleModel

extension LogQLParser {
    /// `{a="b", c=~"d"}`.
    mutating func matchers() throws(LogQLError) -> [Matcher] {
        guard take("{") else { throw unexpected("{") }
        var out: [Matcher] = []
        if take("}") { return out }
        while true {
            guard case .identifier(let name) = current.kind else { throw unexpected("IDENTIFIER", "}") }
            advance()
            out.append(try matcher(name))
            if take("}") { return out }
            guard take(",") else { throw unexpected("}", ",") }
            if take("}") { return out }
        }
    }

    /// `="value"` behind a name.
    mutating func matcher(_ name: String) throws(LogQLError) -> Matcher {
        let operation: Matcher.Operation
        switch current.kind {
        case .symbol("="): operation = .equal
        case .symbol("!="): operation = .notEqual
        case .symbol("=~"): operation = .matches
        case .symbol("!~"): operation = .matchesNot
        default: throw unexpected("=", "=~", "!~", "!=")
        }
        advance()
        let token = current
        let value = try string()
        return try pattern(token) { () throws(PatternError) in try Matcher(name: name, operation, value) }
    }

    /// A selector with the rule that one matcher must refuse the empty value.
    mutating func selector() throws(LogQLError) -> [Matcher] {
        let matchers = try matchers()
        if matchers.allSatisfy(\.acceptsMissing) {
            throw LogQLError(
                "queries require at least one regexp or equality matcher that does not have an empty-compatible "
                    + "value. For instance, app=~\".*\" does not meet this requirement, but app=~\".+\" will")
        }
        return matchers
    }

    /// Stages up to what is none; stops before `| unwrap`.
    mutating func stages() throws(LogQLError) -> [LogQLStage] {
        var out: [LogQLStage] = []
        while true {
            guard out.count <= Limits.queryStages else {
                throw error("more than \(Limits.queryStages) pipeline stages", at: current)
            }
            switch current.kind {
            case .symbol("|="), .symbol("!="), .symbol("|~"), .symbol("!~"), .symbol("|>"), .symbol("!>"):
                out.append(.line(try lineFilter()))
            case .symbol("|"):
                if LogQLParser.isWord(following, "unwrap") { return out }
                advance()
                out.append(try stage())
            default: return out
            }
        }
    }

    mutating func stage() throws(LogQLError) -> LogQLStage {
        if isSymbol("(") { return .label(try labelFilter()) }
        guard case .identifier(let word) = current.kind else { throw unexpected() }
        let isComparison: Bool
        if case .symbol(let text) = following.kind {
            isComparison = ["=", "!=", "=~", "!~", "==", ">", ">=", "<", "<="].contains(text)
        } else {
            isComparison = false
        }
        if isComparison { return .label(try labelFilter()) }
        switch word.lowercased() {
        case "json":
            advance()
            return .json(try extractions(isJSON: true))
        case "logfmt":
            advance()
            var strict = false
            var keepEmpty = false
            while isSymbol("-"), let flag = flag() {
                if flag == "strict" { strict = true } else { keepEmpty = true }
            }
            return .logfmt(strict: strict, keepEmpty: keepEmpty, try extractions(isJSON: false))
        case "drop":
            advance()
            return .drop(try picks())
        case "keep":
            advance()
            return .keep(try picks())
        case "decolorize":
            advance()
            return .decolorize
        case "unpack":
            advance()
            return .unpack
        case "regexp", "pattern", "line_format", "label_format": return try textStage(word.lowercased())
        default:
            advance()
            throw unexpected()
        }
    }

    /// `--strict` or `--keep-empty`: consumed when it is one.
    private mutating func flag() -> String? {
        let start = at
        guard take("-"), take("-"), case .identifier(let word) = current.kind else {
            at = start
            return nil
        }
        advance()
        if word == "strict" { return word }
        if word == "keep", take("-"), takeWord("empty") { return "keep-empty" }
        at = start
        return nil
    }

    private mutating func extractions(isJSON: Bool) throws(LogQLError) -> [LogQLExtraction] {
        var out: [LogQLExtraction] = []
        guard case .identifier = current.kind else { return out }
        while true {
            let name = try identifier()
            if take("=") {
                let token = current
                let path = try string()
                if isJSON, LogQLPath.parts(path) == nil { throw error("cannot parse expression [\(path)]", at: token) }
                out.append(LogQLExtraction(name: name, path: path))
            } else {
                out.append(LogQLExtraction(name: name, path: name))
            }
            guard take(",") else { return out }
        }
    }
}

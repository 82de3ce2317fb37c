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
    private mutating func matcher(_ name: String) throws(LogQLError) -> Matcher {
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
            case .symbol("|="), .symbol("!="), .symbol("|~"), .symbol("!~"): out.append(.line(try lineFilter()))
            case .symbol("|>"), .symbol("!>"): throw unsupported("pattern line filters")
            case .symbol("|"):
                if following.kind == .identifier("unwrap") { return out }
                advance()
                out.append(try stage())
            default: return out
            }
        }
    }

    func unsupported(_ what: String) -> LogQLError {
        error("\(what) are not supported by this version of tele", at: current)
    }

    private mutating func lineFilter() throws(LogQLError) -> LogQLLineFilter {
        guard case .symbol(let text) = current.kind, let operation = LogQLLineFilter.Operation(rawValue: text) else {
            throw unexpected("|=", "!=", "|~", "!~")
        }
        let token = current
        advance()
        if isWord("ip") { throw unsupported("ip() filters") }
        var texts = [try string()]
        while isWord("or"), case .string = following.kind {
            advance()
            texts.append(try string())
        }
        return try pattern(token) { () throws(PatternError) in try LogQLLineFilter(operation, texts) }
    }

    private mutating func stage() throws(LogQLError) -> LogQLStage {
        if isSymbol("(") { return .label(try labelFilter()) }
        guard case .identifier(let word) = current.kind else { throw unexpected() }
        let isComparison: Bool
        if case .symbol(let text) = following.kind {
            isComparison = ["=", "!=", "=~", "!~", "==", ">", ">=", "<", "<="].contains(text)
        } else {
            isComparison = false
        }
        if isComparison { return .label(try labelFilter()) }
        switch word {
        case "json":
            advance()
            return .json(try extractions())
        case "logfmt":
            advance()
            var strict = false
            var keepEmpty = false
            while isSymbol("-"), let flag = flag() {
                if flag == "strict" { strict = true } else { keepEmpty = true }
            }
            return .logfmt(strict: strict, keepEmpty: keepEmpty, try extractions())
        case "drop":
            advance()
            return .drop(try picks())
        case "keep":
            advance()
            return .keep(try picks())
        case "decolorize":
            advance()
            return .decolorize
        case "regexp", "pattern", "unpack", "line_format", "label_format": throw unsupported("\(word) stages")
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

    private mutating func extractions() throws(LogQLError) -> [LogQLExtraction] {
        var out: [LogQLExtraction] = []
        guard case .identifier = current.kind else { return out }
        while true {
            let name = try identifier()
            if take("=") {
                out.append(LogQLExtraction(name: name, path: try string()))
            } else {
                out.append(LogQLExtraction(name: name, path: name))
            }
            guard take(",") else { return out }
        }
    }

    private mutating func picks() throws(LogQLError) -> [LogQLLabelPick] {
        var out: [LogQLLabelPick] = []
        while true {
            let name = try identifier()
            var test: Matcher?
            if case .symbol(let text) = current.kind, ["=", "!=", "=~", "!~"].contains(text) {
                test = try matcher(name)
            }
            out.append(LogQLLabelPick(name: name, matcher: test))
            guard take(",") else { return out }
        }
    }

    /// `a="b" and c > 5 or (d <= 10ms)`; a comma or a blank between is `and`.
    mutating func labelFilter() throws(LogQLError) -> LogQLLabelFilter {
        try nested { (parser: inout LogQLParser) throws(LogQLError) -> LogQLLabelFilter in
            var left = try parser.labelFilterAll()
            while parser.takeWord("or") {
                try parser.countOperation()
                left = .or(left, try parser.labelFilterAll())
            }
            return left
        }
    }

    private mutating func labelFilterAll() throws(LogQLError) -> LogQLLabelFilter {
        var left = try labelFilterOne()
        while true {
            let isNext = takeWord("and") || take(",") || startsLabelFilter
            guard isNext else { return left }
            try countOperation()
            left = .and(left, try labelFilterOne())
        }
    }

    private var startsLabelFilter: Bool {
        guard case .identifier(let name) = current.kind, name != "or", case .symbol(let text) = following.kind else {
            return false
        }
        return ["=", "!=", "=~", "!~", "==", ">", ">=", "<", "<="].contains(text)
    }

    private mutating func labelFilterOne() throws(LogQLError) -> LogQLLabelFilter {
        if take("(") {
            let inner = try labelFilter()
            try expect(")")
            return inner
        }
        let name = try identifier()
        if case .string = following.kind { return .text(try matcher(name)) }
        guard case .symbol(let text) = current.kind,
            let comparison = LogQLLabelFilter.Comparison(rawValue: text == "=" ? "==" : text)
        else { throw unexpected("=", "=~", "!~", "!=", ">", ">=", "<", "<=") }
        advance()
        let isNegative = take("-")
        defer { advance() }
        switch current.kind {
        case .number(let value): return .number(name: name, comparison, isNegative ? -value : value)
        case .duration(let value): return .duration(name: name, comparison, isNegative ? -value : value)
        case .size(let value) where !isNegative: return .size(name: name, comparison, value)
        case .identifier("ip"): throw unsupported("ip() filters")
        default: throw unexpected("STRING", "NUMBER", "DURATION", "BYTES")
        }
    }
}

import TeleModel

extension LogQLParser {
    mutating func picks() throws(LogQLError) -> [LogQLLabelPick] {
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
        let filter: LogQLLabelFilter
        switch current.kind {
        case .number(let value): filter = .number(name: name, comparison, isNegative ? -value : value)
        case .duration(let value): filter = .duration(name: name, comparison, isNegative ? -value : value)
        case .size(let value) where !isNegative: filter = .size(name: name, comparison, value)
        case .identifier("ip") where comparison == .equal || comparison == .notEqual:
            return .address(name: name, isNegative: comparison == .notEqual, try address())
        default: throw unexpected("STRING", "NUMBER", "DURATION", "BYTES")
        }
        advance()
        return filter
    }
}

import TeleModel

extension TraceQLParser {
    /// Stages up to the end, to a closing parenthesis, or to a function that computes metrics, which stays.
    mutating func stages() throws(TraceQLError) -> [TraceQLStage] {
        var out = [try stage()]
        while current.kind == .symbol("|") {
            let bar = at
            advance()
            if isMetricFunction || isMetricStage {
                at = isMetricFunction ? at : bar
                return out
            }
            guard out.count < Limits.queryStages else { throw error("more than \(Limits.queryStages) stages") }
            out.append(try stage())
        }
        return out
    }

    private mutating func stage() throws(TraceQLError) -> TraceQLStage {
        guard case .word(let word) = current.kind else {
            switch current.kind {
            case .symbol("{"), .symbol("("): return .spanset(try spansets())
            default: return try scalarFilter()
            }
        }
        switch word {
        case "by":
            advance()
            let fields = try arguments()
            guard fields.count == 1, fields[0].looksAtSpan else {
                throw TraceQLError("by() takes one expression over a span")
            }
            return .by(fields[0])
        case "select":
            advance()
            let fields = try arguments()
            guard !fields.isEmpty, fields.allSatisfy(\.looksAtSpan) else {
                throw TraceQLError("select() takes attributes and intrinsics")
            }
            return .select(fields)
        case "coalesce":
            advance()
            guard try arguments().isEmpty else { throw TraceQLError("coalesce() takes nothing") }
            return .coalesce
        default: return try scalarFilter()
        }
    }

    /// `(a, b, ...)`.
    mutating func arguments() throws(TraceQLError) -> [TraceQLField] {
        guard take("(") else { throw unexpected() }
        var out: [TraceQLField] = []
        while current.kind != .symbol(")") {
            let field = try field(minimum: 1)
            _ = try field.checkedType()
            out.append(field)
            if !take(",") { break }
        }
        guard take(")") else { throw unexpected() }
        return out
    }

    // MARK: Spansets

    /// `&&` and `||`, whose operands may be structural.
    private mutating func spansets() throws(TraceQLError) -> TraceQLSpanset {
        var left = try structure()
        while current.kind == .symbol("&&") || current.kind == .symbol("||") {
            let isAnd = current.kind == .symbol("&&")
            advance()
            try countOperation()
            let right = try structure()
            left = isAnd ? .and(left, right) : .or(left, right)
        }
        return left
    }

    private mutating func structure() throws(TraceQLError) -> TraceQLSpanset {
        var left = try spanset()
        while case .symbol(let symbol) = current.kind, let structure = TraceQLStructure(symbol) {
            advance()
            try countOperation()
            left = .structural(structure, left, try spanset())
        }
        return left
    }

    private mutating func spanset() throws(TraceQLError) -> TraceQLSpanset {
        if take("(") {
            let inner = try nested { (parser: inout TraceQLParser) throws(TraceQLError) in try parser.stages() }
            guard take(")") else { throw unexpected() }
            return TraceQLQuery(stages: inner).spanset ?? .pipeline(inner)
        }
        guard take("{") else { throw unexpected() }
        if take("}") { return .filter(nil) }
        let condition = try field(minimum: 1)
        guard take("}") else { throw unexpected() }
        let type = try condition.checkedType()
        guard type == .bool || type == .unknown else {
            throw TraceQLError("span filter field expressions must resolve to a boolean")
        }
        return .filter(condition)
    }

    // MARK: Aggregates

    private mutating func scalarFilter() throws(TraceQLError) -> TraceQLStage {
        let left = try scalar(minimum: 3)
        guard let operation, operation.isComparison else { throw unexpected() }
        advance()
        let right = try scalar(minimum: 3)
        guard left.hasAggregate || right.hasAggregate else {
            throw TraceQLError("a comparison in a pipeline needs an aggregate such as count()")
        }
        return .filter(left, operation, right)
    }

    private mutating func scalar(minimum: Int) throws(TraceQLError) -> TraceQLScalar {
        try nested { (parser: inout TraceQLParser) throws(TraceQLError) -> TraceQLScalar in
            var left = try parser.scalarOperand()
            while let operation = parser.operation, !operation.isComparison, !operation.isLogical,
                operation.precedence >= minimum
            {
                parser.advance()
                try parser.countOperation()
                let next = operation.precedence + (operation == .power ? 0 : 1)
                left = .binary(operation, left, try parser.scalar(minimum: next))
            }
            return left
        }
    }

    private mutating func scalarOperand() throws(TraceQLError) -> TraceQLScalar {
        switch current.kind {
        case .int(let value):
            advance()
            return .literal(.int(value))
        case .double(let value):
            advance()
            return .literal(.double(value))
        case .duration(let value):
            advance()
            return .literal(.duration(value))
        case .symbol("-"):
            advance()
            return .binary(.subtract, .literal(.int(0)), try scalar(minimum: 5))
        case .symbol("("):
            advance()
            let inner = try scalar(minimum: 3)
            guard take(")") else { throw unexpected() }
            return inner
        case .word(let word):
            guard let aggregate = TraceQLAggregate(rawValue: word) else {
                throw error("syntax error: unknown stage \(word)")
            }
            advance()
            let fields = try arguments()
            if aggregate == .count {
                guard fields.isEmpty else { throw TraceQLError("count() takes nothing") }
                return .aggregate(.count, nil)
            }
            guard fields.count == 1, fields[0].looksAtSpan, try fields[0].checkedType().isNumeric else {
                throw TraceQLError("\(word)() takes one numeric expression over a span")
            }
            return .aggregate(aggregate, fields[0])
        default: throw unexpected()
        }
    }
}

extension TraceQLScalar {
    var hasAggregate: Bool {
        switch self {
        case .literal: false
        case .aggregate: true
        case .binary(_, let a, let b): a.hasAggregate || b.hasAggregate
        }
    }
}

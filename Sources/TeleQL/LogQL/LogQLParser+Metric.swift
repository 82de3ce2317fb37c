import TeleModel

extension LogQLParser {
    /// Binary operators by precedence, then the operands.
    mutating func expression(minimum: Int) throws(LogQLError) -> LogQLExpression {
        try nested { (parser: inout LogQLParser) throws(LogQLError) -> LogQLExpression in
            var left = try parser.operand()
            while let operation = parser.binaryOperation, operation.precedence >= minimum {
                parser.advance()
                try parser.countOperation()
                let (returnsBool, matching) = try parser.modifiers(operation)
                let isRight = operation == .power
                let right = try parser.expression(minimum: operation.precedence + (isRight ? 0 : 1))
                left = .metric(try parser.binary(operation, returnsBool, matching, left, right))
            }
            return left
        }
    }

    private var binaryOperation: LogQLBinaryOperation? {
        switch current.kind {
        case .symbol(let text): LogQLBinaryOperation(rawValue: text)
        case .identifier(let word): LogQLBinaryOperation(rawValue: word.lowercased())
        default: nil
        }
    }

    private func binary(
        _ operation: LogQLBinaryOperation, _ returnsBool: Bool, _ matching: LogQLMatching, _ left: LogQLExpression,
        _ right: LogQLExpression
    ) throws(LogQLError) -> LogQLMetric {
        guard case .metric(let a) = left else { throw wrongLeg("left", operation) }
        guard case .metric(let b) = right else { throw wrongLeg("right", operation) }
        if operation.isSet {
            for (name, side) in [("left", a), ("right", b)] {
                guard case .literal(let value) = side else { continue }
                throw LogQLError(
                    "unexpected literal for \(name) leg of logical/set binary operation (\(operation.rawValue)): \(value)"
                )
            }
        }
        return .binary(operation, returnsBool: returnsBool, matching, a, b)
    }

    private func wrongLeg(_ leg: String, _ operation: LogQLBinaryOperation) -> LogQLError {
        LogQLError("unexpected type for \(leg) leg of binary operation (\(operation.rawValue)): *syntax.MatchersExpr")
    }

    private mutating func modifiers(
        _ operation: LogQLBinaryOperation
    ) throws(LogQLError) -> (Bool, LogQLMatching) {
        let returnsBool = takeWord("bool")
        var matching = LogQLMatching()
        guard isWord("on") || isWord("ignoring") else { return (returnsBool, matching) }
        matching.isOn = isWord("on")
        advance()
        matching.labels = try labelList()
        if isWord("group_left") || isWord("group_right") {
            let isLeft = isWord("group_left")
            advance()
            let include = isSymbol("(") ? try labelList() : []
            matching.cardinality = isLeft ? .manyToOne(include) : .oneToMany(include)
        }
        return (returnsBool, matching)
    }

    mutating func labelList() throws(LogQLError) -> [String] {
        try expect("(")
        var out: [String] = []
        if take(")") { return out }
        while true {
            out.append(try identifier())
            if take(")") { return out }
            guard take(",") else { throw unexpected(",", ")") }
        }
    }

    private mutating func operand() throws(LogQLError) -> LogQLExpression {
        switch current.kind {
        case .symbol("{"):
            let matchers = try selector()
            return .log(LogQLPipeline(matchers: matchers, stages: try stages()))
        case .symbol("("):
            advance()
            let inner = try expression(minimum: 1)
            try expect(")")
            guard case .log(var pipeline) = inner else { return inner }
            pipeline.stages += try stages()
            return .log(pipeline)
        case .symbol("-"), .symbol("+"):
            let isNegative = isSymbol("-")
            advance()
            guard case .number(let value) = current.kind else { throw unexpected("NUMBER") }
            advance()
            return .metric(.literal(isNegative ? -value : value))
        case .number(let value):
            advance()
            return .metric(.literal(value))
        case .identifier(let word): return .metric(try function(word.lowercased()))
        default: throw unexpected()
        }
    }

    private mutating func function(_ word: String) throws(LogQLError) -> LogQLMetric {
        if word == "vector" {
            advance()
            try expect("(")
            let isNegative = take("-")
            guard case .number(let value) = current.kind else { throw unexpected("NUMBER") }
            advance()
            try expect(")")
            return .vector(isNegative ? -value : value)
        }
        if let operation = LogQLRangeOperation(rawValue: word) {
            advance()
            return .range(try rangeAggregation(operation))
        }
        if let operation = LogQLVectorOperation(rawValue: word) {
            advance()
            return try vectorAggregation(operation)
        }
        switch word {
        case "label_replace": return try labelReplace()
        case "variants": return try variants()
        default: throw unexpected()
        }
    }

    mutating func grouping() throws(LogQLError) -> LogQLGrouping? {
        guard isWord("by") || isWord("without") else { return nil }
        let isWithout = isWord("without")
        advance()
        return LogQLGrouping(isWithout: isWithout, labels: try labelList())
    }

    private mutating func vectorAggregation(_ operation: LogQLVectorOperation) throws(LogQLError) -> LogQLMetric {
        var grouping = try grouping()
        try expect("(")
        var parameter: Int?
        if case .number(let value) = current.kind, following.kind == .symbol(",") {
            guard operation.needsParameter else {
                throw LogQLError(
                    "unsupported parameter for operation \(operation.rawValue)(\(Int(exactly: value) ?? 0),")
            }
            guard let whole = Int(exactly: value), whole > 0 else {
                throw LogQLError("invalid parameter (must be greater than 0) \(operation.rawValue)(\(value)")
            }
            parameter = whole
            advance()
            advance()
        }
        let inner = try expression(minimum: 1)
        guard case .metric(let metric) = inner else { throw unexpected() }
        try expect(")")
        if grouping == nil { grouping = try self.grouping() }
        if operation == .approximateTopk, grouping != nil {
            throw LogQLError("grouping not allowed for \(operation.rawValue) aggregation")
        }
        if operation.needsParameter, parameter == nil {
            throw LogQLError("parameter required for operation \(operation.rawValue)")
        }
        return .aggregation(operation, parameter: parameter, grouping: grouping, metric)
    }
}

extension PromParser {
    /// A duration expression within brackets: all operators.
    internal mutating func duration(_ lowest: Int) throws(PromError) -> PromDuration {
        try enter()
        var left = try durationSigned()
        var length = 0
        while let operation = durationOperator, operation.precedence > lowest {
            advance()
            length += 1
            if length > 64 { throw PromError("duration expression is too long", at: token.start) }
            let right = try duration(operation == .power ? operation.precedence - 1 : operation.precedence)
            left = .binary(operation, left, right)
        }
        leave()
        return left
    }

    private var durationOperator: PromOperator? {
        switch token.kind {
        case .plus: .add
        case .minus: .subtract
        case .times: .multiply
        case .divide: .divide
        case .modulo: .modulo
        case .power: .power
        default: nil
        }
    }

    private mutating func durationSigned() throws(PromError) -> PromDuration {
        if take(.plus) { return try duration(PromOperator.multiply.precedence) }
        if take(.minus) { return .negate(try duration(PromOperator.multiply.precedence)) }
        return try durationPrimary()
    }

    /// What may follow `offset`: an operator behind it belongs to the expression around.
    internal mutating func durationUnary() throws(PromError) -> PromDuration {
        if take(.plus) { return try durationPrimary() }
        if take(.minus) { return .negate(try durationPrimary()) }
        return try durationPrimary()
    }

    private mutating func durationPrimary() throws(PromError) -> PromDuration {
        switch token.kind {
        case .number, .duration:
            let isUnit = token.kind == .duration
            let start = token.start
            let seconds = try number("duration")
            guard seconds.magnitude < 9.2e15 else { throw PromError("duration out of range", at: start) }
            return .seconds(seconds, isUnit: isUnit)
        case .leftParen:
            advance()
            let inner = try duration(0)
            try expect(.rightParen, "duration", "\")\"")
            return .paren(inner)
        case .identifier:
            guard let name = word, peek(1).kind == .leftParen else { break }
            switch name {
            case "step", "range":
                advance()
                advance()
                try expect(.rightParen, "duration", "\")\"")
                return name == "step" ? .step : .range
            case "min_of", "max_of":
                advance()
                advance()
                let first = try duration(0)
                try expect(.comma, "duration", "\",\"")
                let second = try duration(0)
                try expect(.rightParen, "duration", "\")\"")
                return name == "min_of" ? .least(first, second) : .greatest(first, second)
            default: break
            }
        default: break
        }
        throw unexpected("duration", expected: "number, duration, step(), or range()")
    }
}

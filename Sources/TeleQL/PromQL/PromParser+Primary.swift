internal import TeleModel

extension PromParser {
    internal mutating func primary() throws(PromError) -> PromExpr {
        let start = token.start
        switch token.kind {
        case .number, .duration:
            let isDuration = token.kind == .duration
            let value = try number("")
            return try node(.number(value, isDuration: isDuration), from: start)
        case .string:
            let value = try string(token)
            advance()
            return try node(.string(value), from: start)
        case .leftParen:
            advance()
            let inner = try expression(0)
            try expect(.rightParen, "", "\")\"")
            return try node(.paren(inner), from: start, inner)
        case .leftBrace: return try selector(name: nil, start)
        case .identifier: return try named(start)
        default: throw unexpected("")
        }
    }

    private mutating func named(_ start: Int) throws(PromError) -> PromExpr {
        let name = source(token)
        let lower = name.lowercased()
        let next = peek(1)
        if let aggregation = PromAggregation(rawValue: lower), isAggregation(next) {
            return try aggregate(aggregation, start)
        }
        if next.kind == .leftParen { return try call(name, start) }
        if lower == "inf" || lower == "nan", next.kind != .leftBrace {
            let value = try number("")
            return try node(.number(value, isDuration: false), from: start)
        }
        advance()
        return try selector(name: name, start)
    }

    private func isAggregation(_ next: PromToken) -> Bool {
        if next.kind == .leftParen { return true }
        guard next.kind == .identifier, peek(2).kind == .leftParen else { return false }
        let word = source(next).lowercased()
        return word == "by" || word == "without"
    }

    private mutating func aggregate(_ operation: PromAggregation, _ start: Int) throws(PromError) -> PromExpr {
        advance()
        var clause = try groupingClause()
        var arguments = try argumentList("aggregation")
        if clause == nil { clause = try groupingClause() }
        let wanted = operation.takesParameter ? 2 : 1
        if arguments.isEmpty {
            throw PromError("no arguments for aggregate expression provided", at: start)
        }
        if arguments.count != wanted {
            throw PromError(
                "wrong number of arguments for aggregate expression provided, expected \(wanted), got \(arguments.count)",
                at: start)
        }
        let inner = arguments.removeLast()
        let aggregate = PromAggregate(
            operation: operation, inner: inner, parameter: arguments.first, grouping: clause?.labels ?? [],
            isWithout: clause?.isWithout ?? false, hasGrouping: clause != nil)
        return try node(.aggregate(aggregate), from: start, inner, arguments.first ?? inner)
    }

    private mutating func groupingClause() throws(PromError) -> (labels: [String], isWithout: Bool)? {
        guard let word, word == "by" || word == "without", peek(1).kind == .leftParen else { return nil }
        advance()
        return (try labelList("grouping opts"), word == "without")
    }

    private mutating func argumentList(_ context: String) throws(PromError) -> [PromExpr] {
        try expect(.leftParen, context, "\"(\"")
        var out: [PromExpr] = []
        while token.kind != .rightParen {
            out.append(try expression(0))
            if take(.comma) {
                if token.kind == .rightParen {
                    throw PromError("trailing commas not allowed in function call args", at: token.start)
                }
                continue
            }
            if token.kind != .rightParen { throw unexpected("", expected: "\",\" or \")\"") }
        }
        advance()
        return out
    }

    private mutating func call(_ name: String, _ start: Int) throws(PromError) -> PromExpr {
        guard let function = PromFunction.all[name] else {
            throw PromError("unknown function with name \"\(name)\"", at: start)
        }
        advance()
        let arguments = try argumentList("function call")
        let deepest = arguments.max { $0.depth < $1.depth }
        let kind = PromExpr.Kind.call(PromCall(function: function, arguments: arguments))
        guard let deepest else { return try node(kind, from: start) }
        return try node(kind, from: start, deepest)
    }

    // MARK: Selectors

    private mutating func selector(name: String?, _ start: Int) throws(PromError) -> PromExpr {
        var selector = PromSelector(name: name)
        if token.kind == .leftBrace { try braces(&selector) }
        if let name = selector.name {
            selector.matchers.append(try matcher("__name__", .equal, name, at: start))
        }
        return try node(.selector(selector), from: start)
    }

    private func matcher(
        _ name: String, _ operation: Matcher.Operation, _ value: String, at offset: Int
    ) throws(PromError) -> Matcher {
        do {
            return try Matcher(name: name, operation, value)
        } catch {
            throw PromError(error.description, at: offset)
        }
    }

    private mutating func braces(_ selector: inout PromSelector) throws(PromError) {
        advance()
        while token.kind != .rightBrace {
            let start = token.start
            let isQuoted = token.kind == .string
            guard isQuoted || token.kind == .identifier else {
                throw unexpected("label matching", expected: "identifier or \"}\"")
            }
            let label = isQuoted ? try string(token) : source(token)
            if !isQuoted, label.contains(":") { throw unexpected("label matching", expected: "identifier or \"}\"") }
            advance()
            let operation: Matcher.Operation
            switch token.kind {
            case .assign: operation = .equal
            case .notEqual: operation = .notEqual
            case .matches: operation = .matches
            case .matchesNot: operation = .matchesNot
            default:
                guard isQuoted, token.kind == .comma || token.kind == .rightBrace else {
                    throw unexpected("label matching", expected: "label matching operator")
                }
                if let name = selector.name {
                    throw PromError("metric name must not be set twice: \"\(name)\" or \"\(label)\"", at: start)
                }
                selector.name = label
                _ = take(.comma)
                continue
            }
            advance()
            guard token.kind == .string else { throw unexpected("label matching", expected: "string") }
            let value = try string(token)
            if label == "__name__", let name = selector.name, operation == .equal {
                throw PromError("metric name must not be set twice: \"\(name)\" or \"\(value)\"", at: start)
            }
            selector.matchers.append(try matcher(label, operation, value, at: start))
            advance()
            if !take(.comma), token.kind != .rightBrace {
                throw unexpected("label matching", expected: "\",\" or \"}\"")
            }
        }
        advance()
    }

    // MARK: Behind an expression

    internal mutating func postfix(_ expression: PromExpr) throws(PromError) -> PromExpr {
        var expression = expression
        while true {
            switch token.kind {
            case .leftBracket: expression = try bracket(expression)
            case .at: expression = try atModifier(expression)
            case .identifier where word == "offset": expression = try offsetModifier(expression)
            case .identifier where word == "anchored" || word == "smoothed":
                expression = try edgeModifier(expression)
            default: return expression
            }
        }
    }

    private mutating func bracket(_ inner: PromExpr) throws(PromError) -> PromExpr {
        let start = inner.range.lowerBound
        advance()
        let range = try duration(0)
        if take(.colon) {
            let step = token.kind == .rightBracket ? nil : try duration(0)
            try expect(.rightBracket, "subquery selector", "\"]\"")
            try positive(range, start)
            if let step { try positive(step, start) }
            guard inner.type == .vector || inner.type == .scalar else {
                throw PromError(
                    "subquery is only allowed on instant vector, got \(inner.type.documented)", at: start)
            }
            return try node(.subquery(PromSubquery(inner: inner, range: range, step: step)), from: start, inner)
        }
        try expect(.rightBracket, "matrix selector", "\"]\"")
        try positive(range, start)
        guard case .selector(let selector) = inner.kind else {
            throw PromError("ranges only allowed for vector selectors", at: start)
        }
        if selector.offset != nil { throw PromError("no offset modifiers allowed before range", at: start) }
        if selector.at != nil { throw PromError("no @ modifiers allowed before range", at: start) }
        return try node(.matrix(selector, range: range), from: start)
    }

    private func positive(_ duration: PromDuration, _ start: Int) throws(PromError) {
        guard duration.isConstant else { return }
        guard let milliseconds = duration.milliseconds(step: 0, range: 0) else {
            throw PromError("division by zero in duration expression", at: start)
        }
        if milliseconds <= 0 { throw PromError("duration must be greater than 0", at: start) }
    }

    /// Changes the selector or subquery that a modifier belongs to.
    private func modifying(
        _ expression: PromExpr, _ modifier: String, _ change: (inout PromOffset) -> Bool
    ) throws(PromError) -> PromExpr {
        var out = expression
        var slot = PromOffset()
        switch expression.kind {
        case .selector(let selector), .matrix(let selector, _):
            slot = PromOffset(offset: selector.offset, at: selector.at, edges: selector.edges)
        case .subquery(let subquery): slot = PromOffset(offset: subquery.offset, at: subquery.at)
        default:
            throw PromError(
                "\(modifier) modifier must be preceded by an instant vector selector or range vector selector or a "
                    + "subquery", at: expression.range.lowerBound)
        }
        if !change(&slot) {
            throw PromError("\(modifier) may not be set multiple times", at: expression.range.lowerBound)
        }
        switch expression.kind {
        case .selector(var selector):
            (selector.offset, selector.at, selector.edges) = (slot.offset, slot.at, slot.edges)
            out.kind = .selector(selector)
        case .matrix(var selector, let range):
            (selector.offset, selector.at, selector.edges) = (slot.offset, slot.at, slot.edges)
            out.kind = .matrix(selector, range: range)
        case .subquery(var subquery):
            (subquery.offset, subquery.at) = (slot.offset, slot.at)
            out.kind = .subquery(subquery)
        default: break
        }
        out.range = expression.range.lowerBound..<tokens[max(0, at - 1)].end
        return out
    }

    private struct PromOffset {
        var offset: PromDuration?
        var at: PromAt?
        var edges = PromEdges.samples
    }

    private mutating func offsetModifier(_ expression: PromExpr) throws(PromError) -> PromExpr {
        advance()
        let offset = try durationUnary()
        return try modifying(expression, "offset") { slot in
            defer { slot.offset = offset }
            return slot.offset == nil
        }
    }

    private mutating func edgeModifier(_ expression: PromExpr) throws(PromError) -> PromExpr {
        let word = word ?? ""
        advance()
        if case .subquery = expression.kind {
            throw PromError("\(word) modifier is not supported for subqueries", at: expression.range.lowerBound)
        }
        return try modifying(expression, word) { slot in
            defer { slot.edges = word == "anchored" ? .anchored : .smoothed }
            return slot.edges == .samples
        }
    }

    private mutating func atModifier(_ expression: PromExpr) throws(PromError) -> PromExpr {
        advance()
        let at: PromAt
        let start = token.start
        if let word, word == "start" || word == "end", peek(1).kind == .leftParen {
            advance()
            advance()
            try expect(.rightParen, "@", "\")\"")
            at = word == "start" ? .start : .end
        } else {
            let seconds = try signedNumber("@")
            guard seconds.isFinite, seconds.magnitude < 9.2e15 else {
                throw PromError("timestamp out of bounds for @ modifier: \(FloatText.string(seconds))", at: start)
            }
            at = .time(Int64((seconds * 1000).rounded()))
        }
        return try modifying(expression, "@ <timestamp>") { slot in
            defer { slot.at = at }
            return slot.at == nil
        }
    }
}

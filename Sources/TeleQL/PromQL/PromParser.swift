internal import TeleModel

/// PromQL's grammar by recursive descent with operator precedences. Recursion and tree depth are bounded by
/// ``Limits/queryDepth``; the tree that comes out is type-checked.
package struct PromParser {
    internal let text: [UInt8]
    internal let tokens: [PromToken]
    internal var at = 0
    private var nesting = 0

    /// Parses and checks a query.
    package static func parse(_ query: String) throws(PromError) -> PromExpr {
        let text = Array(query.utf8)
        if text.count > Limits.queryBytes {
            throw PromError("query is longer than \(Limits.queryBytes) bytes", at: 0)
        }
        do throws(PromError) {
            var parser = PromParser(text: text, tokens: try PromLexer.tokens(text))
            return try parser.whole()
        } catch {
            throw error.located(in: text)
        }
    }

    /// Parses `name{matchers}` alone, as `match[]` parameters hold it.
    package static func parseSelector(_ query: String) throws(PromError) -> PromSelector {
        let expression = try parse(query)
        guard case .selector(let selector) = expression.kind else {
            throw PromError("expected a metric selector", at: 0)
        }
        return selector
    }

    private mutating func whole() throws(PromError) -> PromExpr {
        if token.kind == .end { throw PromError("no expression found in input", at: 0) }
        let expression = try self.expression(0)
        if token.kind != .end { throw unexpected("") }
        try PromChecker.check(expression)
        return expression
    }

    // MARK: Tokens

    internal var token: PromToken { tokens[at] }
    internal func peek(_ offset: Int) -> PromToken { tokens[min(at + offset, tokens.count - 1)] }
    internal func source(_ token: PromToken) -> String {
        String(decoding: text[token.start..<token.end], as: UTF8.self)
    }

    /// The current token as a lower-case word; nil if it is none.
    internal var word: String? { token.kind == .identifier ? source(token).lowercased() : nil }

    internal mutating func advance() { if at < tokens.count - 1 { at += 1 } }

    internal mutating func take(_ kind: PromToken.Kind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }

    internal mutating func expect(_ kind: PromToken.Kind, _ context: String, _ expected: String) throws(PromError) {
        if !take(kind) { throw unexpected(context, expected: expected) }
    }

    internal func unexpected(_ context: String, expected: String = "") -> PromError {
        let described: String
        switch token.kind {
        case .end: described = "end of input"
        case .identifier: described = "identifier \"\(source(token))\""
        case .number: described = "number \"\(source(token))\""
        case .duration: described = "duration \"\(source(token))\""
        case .string: described = "string \(source(token))"
        case .leftParen, .rightParen, .leftBrace, .rightBrace, .leftBracket, .rightBracket, .comma, .colon:
            described = "\"\(source(token))\""
        default: described = "<op:\(source(token))>"
        }
        let place = context.isEmpty ? "" : " in \(context)"
        return PromError(
            "unexpected \(described)\(place)\(expected.isEmpty ? "" : ", expected \(expected)")", at: token.start)
    }

    /// Counts a level of nesting; every way back up has to call `leave`.
    internal mutating func enter() throws(PromError) {
        nesting += 1
        if nesting > Limits.queryDepth {
            throw PromError("query nests deeper than \(Limits.queryDepth) levels", at: token.start)
        }
    }

    internal mutating func leave() { nesting -= 1 }

    internal func node(_ kind: PromExpr.Kind, from start: Int, _ children: PromExpr...) throws(PromError) -> PromExpr {
        let depth = children.reduce(0) { max($0, $1.depth) } + 1
        if depth > Limits.queryDepth {
            throw PromError("query nests deeper than \(Limits.queryDepth) levels", at: start)
        }
        return PromExpr(kind, range: start..<tokens[max(0, at - 1)].end, depth: depth)
    }

    // MARK: Operators

    internal mutating func expression(_ lowest: Int) throws(PromError) -> PromExpr {
        try enter()
        var left = try unary()
        while let operation = binaryOperator, operation.precedence > lowest {
            advance()
            let (returnsBool, matching) = try modifiers(operation)
            // Only `^` binds to the right.
            let right = try expression(operation == .power ? operation.precedence - 1 : operation.precedence)
            let binary = PromBinary(
                operation: operation, left: left, right: right, returnsBool: returnsBool, matching: matching)
            left = try node(.binary(binary), from: left.range.lowerBound, left, right)
        }
        leave()
        return left
    }

    private var binaryOperator: PromOperator? {
        switch token.kind {
        case .plus: .add
        case .minus: .subtract
        case .times: .multiply
        case .divide: .divide
        case .modulo: .modulo
        case .power: .power
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .greater: .greater
        case .lessOrEqual: .lessOrEqual
        case .greaterOrEqual: .greaterOrEqual
        case .trimUpper: .trimUpper
        case .trimLower: .trimLower
        case .identifier:
            switch word {
            case "and": .and
            case "or": .or
            case "unless": .unless
            case "atan2": .atan2
            default: nil
            }
        default: nil
        }
    }

    /// A sign binds less than `^` and as much as `*`.
    private mutating func unary() throws(PromError) -> PromExpr {
        let start = token.start
        guard token.kind == .minus || token.kind == .plus else { return try postfix(primary()) }
        let isNegative = token.kind == .minus
        advance()
        let inner = try expression(PromOperator.multiply.precedence)
        if case .number(let value, let isDuration) = inner.kind {
            return try node(.number(isNegative ? -value : value, isDuration: isDuration), from: start)
        }
        guard inner.type == .scalar || inner.type == .vector else {
            throw PromError(
                "unary expression only allowed on expressions of type scalar or instant vector, "
                    + "got \"\(inner.type.documented)\"", at: start)
        }
        return isNegative ? try node(.negate(inner), from: start, inner) : inner
    }

    private mutating func modifiers(_ operation: PromOperator) throws(PromError) -> (Bool, PromMatching?) {
        var returnsBool = false
        var matching = PromMatching()
        if operation.isSet { matching.cardinality = .manyToMany }
        var isExplicit = false
        if word == "bool" {
            guard operation.isComparison else {
                throw PromError("bool modifier can only be used on comparison operators", at: token.start)
            }
            advance()
            returnsBool = true
        }
        if let word, word == "on" || word == "ignoring", peek(1).kind == .leftParen {
            advance()
            matching.isOn = word == "on"
            matching.labels = try labelList("grouping opts")
            isExplicit = true
            if let group = self.word, group == "group_left" || group == "group_right" {
                if operation.isSet {
                    throw PromError("no grouping allowed for \"\(operation.rawValue)\" operation", at: token.start)
                }
                let groupStart = token.start
                advance()
                matching.cardinality = group == "group_left" ? .manyToOne : .oneToMany
                if token.kind == .leftParen { matching.include = try labelList("grouping opts") }
                if matching.isOn, let both = matching.include.first(where: matching.labels.contains) {
                    throw PromError(
                        "label \"\(both)\" must not occur in ON and GROUP clause at once", at: groupStart)
                }
            }
        }
        while let word, word == "fill" || word == "fill_left" || word == "fill_right", peek(1).kind == .leftParen {
            if operation.isSet {
                throw PromError("filling in missing series not allowed for set operators", at: token.start)
            }
            advance()
            advance()
            let value = try signedNumber("fill modifier")
            try expect(.rightParen, "fill modifier", "\")\"")
            if word != "fill_right" { matching.fillLeft = value }
            if word != "fill_left" { matching.fillRight = value }
            isExplicit = true
        }
        return (returnsBool, isExplicit || operation.isSet ? matching : nil)
    }

    internal mutating func signedNumber(_ context: String) throws(PromError) -> Double {
        var sign = 1.0
        if token.kind == .minus || token.kind == .plus {
            sign = token.kind == .minus ? -1 : 1
            advance()
        }
        let value = try number(context)
        return sign * value
    }

    internal mutating func number(_ context: String) throws(PromError) -> Double {
        let current = token
        switch current.kind {
        case .number:
            guard let value = PromParser.value(text[current.start..<current.end]) else {
                throw PromError("error parsing number: \"\(source(current))\"", at: current.start)
            }
            advance()
            return value
        case .duration:
            guard let value = PromDuration.parse(text[current.start..<current.end]) else {
                throw PromError("not a valid duration string: \"\(source(current))\"", at: current.start)
            }
            advance()
            return value
        case .identifier where word == "inf" || word == "nan":
            let value = word == "inf" ? Double.infinity : Double.nan
            advance()
            return value
        default: throw unexpected(context, expected: "number")
        }
    }

    /// As Go reads it: integers may be hexadecimal or, with a leading zero, octal.
    internal static func value(_ raw: ArraySlice<UInt8>) -> Double? {
        let string = String(decoding: raw.filter { $0 != 0x5f }, as: UTF8.self).lowercased()
        if string.hasPrefix("0x") {
            return UInt64(string.dropFirst(2), radix: 16).map { Double($0) } ?? Double(string)
        }
        if string.count > 1, string.hasPrefix("0"), let octal = Int64(string, radix: 8) { return Double(octal) }
        return Double(string.hasSuffix(".") ? string + "0" : string.hasPrefix(".") ? "0" + string : string)
            ?? Double(string.replacingDotExponent)
    }

    internal mutating func labelList(_ context: String) throws(PromError) -> [String] {
        try expect(.leftParen, context, "\"(\"")
        var out: [String] = []
        while token.kind != .rightParen {
            switch token.kind {
            case .identifier: out.append(source(token))
            case .string: out.append(try string(token))
            default: throw unexpected(context, expected: "label")
            }
            advance()
            if !take(.comma), token.kind != .rightParen { throw unexpected(context, expected: "\",\" or \")\"") }
        }
        advance()
        return out
    }
}

extension String {
    /// `1.e5` as `1e5`, which the standard library reads.
    fileprivate var replacingDotExponent: String {
        var out = ""
        for character in self {
            if character == "e", out.last == "." { out.removeLast() }
            out.append(character)
        }
        return out
    }
}

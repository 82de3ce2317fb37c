import TeleModel

/// Recursive descent over TraceQL's tokens. Depth is bounded by ``Limits/queryDepth``.
package struct TraceQLParser {
    let bytes: [UInt8]
    let tokens: [TraceQLToken]
    var at = 0
    private var depth = 0
    private var operations = 0

    private init(_ query: String) throws(TraceQLError) {
        bytes = Array(query.utf8)
        tokens = try TraceQLLexer.tokens(of: query)
    }

    /// Parses and validates a search query; one that computes metrics is refused.
    package static func parse(_ query: String) throws(TraceQLError) -> TraceQLQuery {
        var parser = try TraceQLParser(query)
        let stages = try parser.stages()
        if parser.isMetricFunction { throw parser.error("a metrics query is no search") }
        try parser.finish()
        return TraceQLQuery(stages: stages)
    }

    /// Parses and validates a metrics query.
    package static func parseMetric(_ query: String) throws(TraceQLError) -> TraceQLMetric {
        var parser = try TraceQLParser(query)
        let metric = try parser.metrics(minimum: 1)
        try parser.finish()
        return metric
    }

    private mutating func finish() throws(TraceQLError) {
        try hints()
        guard current.kind == .end else { throw unexpected() }
    }

    var current: TraceQLToken { tokens[at] }
    mutating func advance() { if at < tokens.count - 1 { at += 1 } }

    func error(_ message: String) -> TraceQLError {
        TraceQLLexer.error(message, at: current.start, in: bytes)
    }

    func unexpected() -> TraceQLError {
        switch current.kind {
        case .end: error("syntax error: unexpected end of the query")
        case .symbol(let text), .word(let text): error("syntax error: unexpected \(text)")
        default: error("syntax error: unexpected value")
        }
    }

    mutating func take(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func nested<T>(
        _ body: (inout TraceQLParser) throws(TraceQLError) -> T
    ) throws(TraceQLError) -> T {
        guard depth < Limits.queryDepth else { throw error("the query nests deeper than \(Limits.queryDepth) levels") }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    /// Chains are trees as deep as they are long, over which evaluation recurses.
    mutating func countOperation() throws(TraceQLError) {
        operations += 1
        guard operations <= Limits.queryOperations else {
            throw error("more than \(Limits.queryOperations) operators")
        }
    }

    /// `with (name=value, ...)`: read and, beyond `most_recent`, which always holds, without effect.
    private mutating func hints() throws(TraceQLError) {
        guard current.kind == .word("with") else { return }
        advance()
        guard take("(") else { throw unexpected() }
        repeat {
            guard case .word = current.kind else { throw unexpected() }
            advance()
            guard take("=") else { throw unexpected() }
            advance()
        } while take(",")
        guard take(")") else { throw unexpected() }
    }

    // MARK: Fields

    var operation: TraceQLOperation? {
        guard case .symbol(let text) = current.kind else { return nil }
        return TraceQLOperation(rawValue: text)
    }

    mutating func field(minimum: Int) throws(TraceQLError) -> TraceQLField {
        try nested { (parser: inout TraceQLParser) throws(TraceQLError) -> TraceQLField in
            var left = try parser.operand()
            while true {
                if minimum <= 2, parser.current.kind == .symbol("=~") || parser.current.kind == .symbol("!~") {
                    try parser.countOperation()
                    left = try parser.matches(left)
                    continue
                }
                guard let operation = parser.operation, operation.precedence >= minimum else { return left }
                parser.advance()
                try parser.countOperation()
                let right = try parser.field(minimum: operation.precedence + (operation == .power ? 0 : 1))
                left = .binary(operation, left, right)
            }
        }
    }

    private mutating func matches(_ left: TraceQLField) throws(TraceQLError) -> TraceQLField {
        let isNegative = current.kind == .symbol("!~")
        advance()
        guard case .string(let text) = current.kind else {
            throw error("a regular expression has to be a string")
        }
        do throws(PatternError) {
            // The dot matches a newline.
            let pattern = try Pattern("(?s:\(text))", anchored: true)
            advance()
            return .matches(left, pattern, isNegative: isNegative)
        } catch { throw self.error(error.description) }
    }

    private mutating func operand() throws(TraceQLError) -> TraceQLField {
        let kind = current.kind
        switch kind {
        case .symbol("("):
            advance()
            let inner = try field(minimum: 1)
            guard take(")") else { throw unexpected() }
            return inner
        case .symbol("!"):
            advance()
            return .not(try nested { (parser: inout TraceQLParser) throws(TraceQLError) in try parser.operand() })
        case .symbol("-"):
            advance()
            let inner = try nested { (parser: inout TraceQLParser) throws(TraceQLError) in try parser.operand() }
            switch inner {
            case .literal(.int(let value)): return .literal(.int(0 &- value))
            case .literal(.double(let value)): return .literal(.double(-value))
            case .literal(.duration(let value)): return .literal(.duration(0 &- value))
            default: return .negative(inner)
            }
        default: break
        }
        let out: TraceQLField
        switch kind {
        case .string(let text): out = .literal(.string(text))
        case .int(let value): out = .literal(.int(value))
        case .double(let value): out = .literal(.double(value))
        case .duration(let value): out = .literal(.duration(value))
        case .attribute(let scope, let name): out = .attribute(scope, name)
        case .intrinsic(let intrinsic): out = .intrinsic(intrinsic)
        case .word(let word):
            guard let value = TraceQLParser.keywords[word] else {
                throw error("syntax error: unknown or unsupported word \(word)")
            }
            out = .literal(value)
        default: throw unexpected()
        }
        advance()
        return out
    }

    private static let keywords: [String: TraceQLValue] = [
        "true": .bool(true), "false": .bool(false), "nil": .missing, "error": .status(2), "ok": .status(1),
        "unset": .status(0), "unspecified": .kind(0), "internal": .kind(1), "server": .kind(2), "client": .kind(3),
        "producer": .kind(4), "consumer": .kind(5), "minInt": .int(.min), "maxInt": .int(.max),
    ]
}

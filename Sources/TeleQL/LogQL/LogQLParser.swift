package import TeleModel

/// Recursive descent over LogQL's tokens. Depth is bounded by ``Limits/queryDepth``.
package struct LogQLParser {
    let bytes: [UInt8]
    let tokens: [LogQLToken]
    var at = 0
    private var depth = 0
    private var operations = 0

    private init(_ query: String) throws(LogQLError) {
        bytes = Array(query.utf8)
        tokens = try LogQLLexer.tokens(of: query)
    }

    /// Parses and validates a whole query.
    package static func parse(_ query: String) throws(LogQLError) -> LogQLExpression {
        var parser = try LogQLParser(query)
        let out: LogQLExpression = try parser.expression(minimum: 1)
        guard parser.current.kind == .end else { throw parser.unexpected() }
        return out
    }

    /// Parses a query that has to be a log selector (with or without a pipeline).
    package static func parsePipeline(_ query: String) throws(LogQLError) -> LogQLPipeline {
        guard case .log(let pipeline) = try parse(query) else {
            throw LogQLError("only label matchers and pipelines are supported here")
        }
        return pipeline
    }

    /// Parses `{...}` alone, as `match[]` and label queries have it. `{}` is allowed and selects everything.
    package static func parseMatchers(_ text: String) throws(LogQLError) -> [Matcher] {
        var parser = try LogQLParser(text)
        let matchers = try parser.matchers()
        guard parser.current.kind == .end else { throw parser.unexpected() }
        return matchers
    }

    var current: LogQLToken { tokens[at] }
    var following: LogQLToken { tokens[min(at + 1, tokens.count - 1)] }
    mutating func advance() { if at < tokens.count - 1 { at += 1 } }

    func error(_ message: String, at token: LogQLToken) -> LogQLError {
        let place = LogQLLexer.position(token.range.lowerBound, in: bytes)
        return LogQLError(message, line: place.line, column: place.column)
    }

    func unexpected(_ expecting: String...) -> LogQLError {
        if case .badRange(let message) = current.kind { return error(message, at: current) }
        let wanted = expecting.isEmpty ? "" : ", expecting " + expecting.joined(separator: " or ")
        return error("syntax error: unexpected \(current.shownName)\(wanted)", at: current)
    }

    func isSymbol(_ text: String) -> Bool { current.kind == .symbol(text) }
    /// Keywords and the names of functions are known in any case, as in Loki.
    func isWord(_ text: String) -> Bool { LogQLParser.isWord(current, text) }

    static func isWord(_ token: LogQLToken, _ text: String) -> Bool {
        guard case .identifier(let word) = token.kind, word.utf8.count == text.utf8.count else { return false }
        return word.lowercased() == text
    }

    mutating func take(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func takeWord(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(LogQLError) {
        guard take(symbol) else { throw unexpected(symbol) }
    }

    mutating func identifier() throws(LogQLError) -> String {
        guard case .identifier(let name) = current.kind else { throw unexpected("IDENTIFIER") }
        advance()
        return name
    }

    mutating func string() throws(LogQLError) -> String {
        guard case .string(let text) = current.kind else { throw unexpected("STRING") }
        advance()
        return text
    }

    /// Runs a nested part, refusing the query where it nests too deep.
    mutating func nested<T>(_ body: (inout LogQLParser) throws(LogQLError) -> T) throws(LogQLError) -> T {
        guard depth < Limits.queryDepth else {
            throw error("the query nests deeper than \(Limits.queryDepth) levels", at: current)
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    /// Chains are trees as deep as they are long, over which evaluation recurses.
    mutating func countOperation() throws(LogQLError) {
        operations += 1
        guard operations <= Limits.queryOperations else {
            throw error("more than \(Limits.queryOperations) operators", at: current)
        }
    }

    func pattern<T>(_ token: LogQLToken, _ body: () throws(PatternError) -> T) throws(LogQLError) -> T {
        do throws(PatternError) { return try body() } catch {
            throw self.error(error.description, at: token)
        }
    }
}

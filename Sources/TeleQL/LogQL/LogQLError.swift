/// Why a LogQL query was refused, in Loki's words. Line and column are 1-based; nil where the fault is in the meaning,
/// not in the text.
package struct LogQLError: Error, Equatable, Sendable, CustomStringConvertible {
    package var message: String
    package var line: Int?
    package var column: Int?

    package init(_ message: String, line: Int? = nil, column: Int? = nil) {
        self.message = message
        self.line = line
        self.column = column
    }

    package var description: String {
        if let line, let column { return "parse error at line \(line), col \(column): \(message)" }
        return "parse error : \(message)"
    }
}

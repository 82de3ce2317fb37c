/// Why a PromQL text was refused, and where. Printed as Prometheus prints it: `1:5: parse error: ...`.
package struct PromError: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String
    /// Byte offset in the query.
    package var offset: Int
    /// From 1; columns count bytes.
    package var line = 1
    package var column = 1

    package init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }

    /// Fills line and column from the query.
    internal func located(in text: [UInt8]) -> PromError {
        var out = self
        for byte in text.prefix(max(0, offset)) {
            if byte == 0x0a {
                out.line += 1
                out.column = 1
            } else {
                out.column += 1
            }
        }
        return out
    }

    package var description: String { "\(line):\(column): parse error: \(message)" }
}

/// A word of LogQL with where it begins.
package struct LogQLToken: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case identifier(String)
        case string(String)
        case number(Double)
        /// Nanoseconds.
        case duration(Int64)
        /// Bytes.
        case size(UInt64)
        /// `[5m]`, nanoseconds.
        case range(Int64)
        /// Operators and punctuation as written.
        case symbol(String)
        /// `[...]` that holds no duration, with what is wrong: refused only where the parser comes to it.
        case badRange(String)
        case end
    }

    package var kind: Kind
    /// Bytes of the query that the token covers.
    package var range: Range<Int>

    package init(kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    /// How Loki's messages call it.
    var shownName: String {
        switch kind {
        case .identifier(let name): LogQLToken.keywords.contains(name) ? shownKeyword(name) : "IDENTIFIER"
        case .string: "STRING"
        case .number: "NUMBER"
        case .duration: "DURATION"
        case .size: "BYTES"
        case .range, .badRange: "RANGE"
        case .symbol(let text): text
        case .end: "$end"
        }
    }

    private func shownKeyword(_ name: String) -> String {
        LogQLToken.printedAsWritten.contains(name) ? name : name.uppercased()
    }

    static let printedAsWritten: Set<String> = ["group_left", "group_right", "on", "ignoring", "bool", "and", "or"]
    static let keywords: Set<String> = printedAsWritten.union(LogQLRangeOperation.allCases.map(\.rawValue))
        .union(LogQLVectorOperation.allCases.map(\.rawValue))
        .union(["by", "without", "json", "logfmt", "regexp", "pattern", "unpack", "unwrap", "line_format"])
        .union(["label_format", "drop", "keep", "decolorize", "offset", "label_replace", "vector", "ip", "unless"])
}

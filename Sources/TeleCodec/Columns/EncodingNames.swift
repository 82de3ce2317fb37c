// What a column was stored as, by its first byte: for tests and benchmarks.

extension IntColumn {
    package static func encodingName(_ column: [UInt8]) -> String {
        column.first.flatMap { ColumnEncoder.IntEncoding(rawValue: $0) }.map { "\($0)" } ?? "none"
    }
}

extension DoubleColumn {
    /// The column of numbers within is told too.
    package static func encodingName(_ column: [UInt8]) -> String {
        guard let first = column.first else { return "none" }
        switch first {
        case bits: return "bits, " + IntColumn.encodingName(Array(column.dropFirst()))
        case decimal: return "decimal, " + IntColumn.encodingName(Array(column.dropFirst(2)))
        case xor: return "xor, " + IntColumn.encodingName(Array(column.dropFirst()))
        default: return "unknown"
        }
    }
}

extension TextColumn {
    package static func encodingName(_ column: [UInt8]) -> String {
        switch column.first {
        case constant: "constant"
        case dictionary: "dictionary"
        case raw: "raw"
        case templates: "templates"
        case nil: "none"
        default: "unknown"
        }
    }
}

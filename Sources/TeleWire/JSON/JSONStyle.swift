/// How OTLP JSON is written, where its readers differ.
package struct JSONStyle: Sendable {
    package enum Identifiers: Sendable {
        /// As OTLP has them.
        case hex
        /// As Tempo's answers have them.
        case base64
    }

    package enum Enumerations: Sendable {
        /// As OTLP has them.
        case numbers
        /// `SPAN_KIND_SERVER`, `STATUS_CODE_ERROR`: as Tempo's answers have them.
        case names
    }

    package var identifiers: Identifiers
    package var enumerations: Enumerations
    /// The name of the outermost list, where it is not the field's own: Tempo calls it `batches`.
    package var root: String?

    package static let otlp = JSONStyle(identifiers: .hex, enumerations: .numbers)
    package static let tempo = JSONStyle(identifiers: .base64, enumerations: .names)

    package init(identifiers: Identifiers, enumerations: Enumerations, root: String? = nil) {
        self.identifiers = identifiers
        self.enumerations = enumerations
        self.root = root
    }
}

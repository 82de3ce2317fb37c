/// What OTLP/HTTP bodies may be.
package enum MediaType: Sendable {
    case protobuf
    case json

    /// nil for what is neither; parameters such as a charset are looked past.
    package init?(_ header: String?) {
        switch MediaType.essence(header) {
        case "application/x-protobuf", "application/protobuf": self = .protobuf
        case "application/json": self = .json
        default: return nil
        }
    }

    package var contentType: String {
        switch self {
        case .protobuf: "application/x-protobuf"
        case .json: "application/json"
        }
    }

    /// Type and subtype in lower case.
    static func essence(_ header: String?) -> String {
        (header ?? "").prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
    }
}

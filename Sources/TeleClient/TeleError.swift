/// Why the client could not be set up.
public enum TeleError: Error, Equatable, CustomStringConvertible {
    /// The logging, metrics and tracing systems of a process can be set once only.
    case alreadyBootstrapped
    case invalidEndpoint(String)
    /// A certificate or key could not be used; what was said of it.
    case unusableTLS(String)

    public var description: String {
        switch self {
        case .alreadyBootstrapped:
            "Tele.bootstrap was called a second time; use Tele(_:) for another instance in the same process"
        case .invalidEndpoint(let url):
            "'\(url)' is not an http:// or https:// address; set endpoint or OTEL_EXPORTER_OTLP_ENDPOINT"
        case .unusableTLS(let reason): "the certificates for the export can't be used: \(reason)"
        }
    }
}

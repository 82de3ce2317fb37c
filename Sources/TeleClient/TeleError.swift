/// Why the client could not be set up.
public enum TeleError: Error, Equatable, CustomStringConvertible {
    /// The logging, metrics and tracing systems of a process can be set once only.
    case alreadyBootstrapped
    case invalidEndpoint(String)
    /// A certificate or key could not be used; what was said of it.
    case unusableTLS(String)

    /// ``TeleConfiguration/WireProtocol/grpc`` was asked for, and the package was built without its trait `GRPC`.
    case noGRPC

    public var description: String {
        switch self {
        case .alreadyBootstrapped:
            "Tele.bootstrap was called a second time; use Tele(_:) for another instance in the same process"
        case .invalidEndpoint(let url):
            "'\(url)' is not an http:// or https:// address; set endpoint or OTEL_EXPORTER_OTLP_ENDPOINT"
        case .noGRPC:
            "this program was built without OTLP/gRPC: add traits: [\"GRPC\"] to the package's dependency on tele, or use http/protobuf"
        case .unusableTLS(let reason): "the certificates for the export can't be used: \(reason)"
        }
    }
}

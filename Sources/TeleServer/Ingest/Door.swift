/// The protocols that data comes in by.
package enum Door: Int, Sendable, CaseIterable {
    case otlpHTTP, otlpGRPC, remoteWrite, lokiPush, zipkin

    package var name: String {
        switch self {
        case .otlpHTTP: "otlp_http"
        case .otlpGRPC: "otlp_grpc"
        case .remoteWrite: "remote_write"
        case .lokiPush: "loki_push"
        case .zipkin: "zipkin"
        }
    }

    package var signals: [Signal] {
        switch self {
        case .otlpHTTP, .otlpGRPC: Signal.allCases
        case .remoteWrite: [.metrics]
        case .lokiPush: [.logs]
        case .zipkin: [.traces]
        }
    }
}

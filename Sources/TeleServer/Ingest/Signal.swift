internal import TeleWire

/// The three kinds of telemetry, as OTLP's paths name them.
package enum Signal: Int, Sendable, CaseIterable {
    case logs
    case traces
    case metrics

    package var name: String {
        switch self {
        case .logs: "logs"
        case .traces: "traces"
        case .metrics: "metrics"
        }
    }

    var otlp: OTLP.Signal {
        switch self {
        case .logs: .logs
        case .traces: .traces
        case .metrics: .metrics
        }
    }
}

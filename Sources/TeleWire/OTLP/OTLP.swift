/// OpenTelemetry's wire format, both encodings: requests into columnar batches, batches into responses.
/// Field numbers and JSON names: opentelemetry-proto 1.9, collector and data services.
package enum OTLP {
    package enum Encoding: Sendable, Equatable {
        case protobuf, json
    }

    package enum Signal: Sendable, Equatable {
        case logs, traces, metrics
    }
}

/// What a decoder needs to know beside the body.
package struct DecodeOptions: Sendable {
    /// Unix nanoseconds: the observed time of log records that carry no time at all.
    package var now: UInt64
    /// Rows outside are refused and counted; unix nanoseconds, inclusive.
    package var oldest: UInt64 = 0
    package var newest: UInt64 = .max
    /// Prometheus' `promote_scope_metadata`: scope name, version, schema URL and attributes as `otel_scope_*` labels.
    package var promoteScopeMetadata = false

    package init(now: UInt64) { self.now = now }

    @inline(__always)
    func accepts(_ time: UInt64) -> Bool { time >= oldest && time <= newest }
}

/// A decoded request: what is good, how many records (for metrics: data points) are not, and the first reason.
package struct Decoded<Batch: Sendable>: Sendable {
    package var batch: Batch
    package var rejected: Int
    /// Empty where nothing was refused.
    package var message: String
    /// Of OTLP metrics, whose batch has no resources any more: `service.name` of those that sent them.
    package var services: Set<String> = []

    package init(batch: Batch, rejected: Int = 0, message: String = "") {
        self.batch = batch
        self.rejected = rejected
        self.message = message
    }
}

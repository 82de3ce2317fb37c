/// Encoded records of one signal on their way out.
struct ExportItem: Sendable {
    /// The instrumentation scope: a logger's label, or the library's own name.
    var scope: String
    /// The protobuf message of one Span, LogRecord or Metric, without field key and length.
    var bytes: [UInt8]
    /// Spans, log records or data points in it.
    var records = 1
    /// Bytes that a waiting item costs besides its own: array header and slot.
    static let overhead = 64

    var cost: Int { bytes.count + Self.overhead }
}

/// The three signals; OTLP gives all of them requests of one shape.
enum Signal: String, Sendable, CaseIterable {
    case traces, metrics, logs
}

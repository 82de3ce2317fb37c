/// A format in which trace context or baggage travels from process to process.
public enum TelePropagator: String, Sendable, CaseIterable {
    /// `traceparent` and `tracestate` (W3C Trace Context, level 2).
    case traceContext = "tracecontext"
    /// `baggage` (W3C Baggage); see ``ServiceContextModule/ServiceContext/baggage``.
    case baggage
    /// Zipkin's single header `b3`. What comes as several headers is understood as well.
    case b3
    /// Zipkin's headers `X-B3-TraceId`, `X-B3-SpanId`, `X-B3-Sampled`, `X-B3-Flags`.
    case b3Multi = "b3multi"
    /// Jaeger's `uber-trace-id`, and baggage from `jaeger-baggage`. Single `uberctx-` headers are not read: their names
    /// are not known before, and a carrier can only be asked for names.
    case jaeger
}

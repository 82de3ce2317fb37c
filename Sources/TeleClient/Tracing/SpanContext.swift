import TeleModel
import Tracing

/// What of a span travels: to children in the same process through `ServiceContext`, to others in headers.
struct SpanContext: Sendable {
    var traceID: TraceID
    var spanID: SpanID
    var isSampled = false
    /// The caller left the decision to us (B3 can).
    var isUndecided = false
    var traceState = ""
    /// It came from another process.
    var isRemote = false
    /// The span itself, when it is recorded here.
    var record: SpanRecord?

    /// OTLP's 32 bits of flags of a span with this context as its own or its link's: the W3C flags, "the next bit is
    /// known", and "it is remote".
    func flags(isRemote: Bool) -> UInt32 { (isSampled ? 1 : 0) | 0x100 | (isRemote ? 0x200 : 0) }
}

private enum SpanContextKey: ServiceContextKey {
    typealias Value = SpanContext
    static var nameOverride: String? { "tele-span" }
}

extension ServiceContext {
    var teleSpan: SpanContext? {
        get { self[SpanContextKey.self] }
        set { self[SpanContextKey.self] = newValue }
    }
}

public import Tracing

/// A span. One that is not sampled holds no state and ignores everything.
public struct TeleSpan: Tracing.Span {
    public let context: ServiceContext
    private let record: SpanRecord?
    private let startName: String

    init(context: ServiceContext, record: SpanRecord?, name: String) {
        self.context = context
        self.record = record
        startName = name
    }

    public var isRecording: Bool { record.map { !$0.isEnded } ?? false }

    public var operationName: String {
        get { record?.name ?? startName }
        nonmutating set { record?.update { $0.name = newValue } }
    }

    public var attributes: SpanAttributes {
        get { record?.attributes ?? [:] }
        nonmutating set { record?.update { $0.attributes = newValue } }
    }

    public func setStatus(_ status: SpanStatus) { record?.update { $0.set(status) } }

    public func addEvent(_ event: SpanEvent) { record?.add(event) }

    public func addLink(_ link: SpanLink) { record?.add(link) }

    /// An event `exception` with `exception.type` and `exception.message`.
    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        guard let record else { return }
        var attributes = attributes
        attributes["exception.type"] = String(reflecting: type(of: error))
        attributes["exception.message"] = String(describing: error)
        let event = SpanEvent(name: "exception", at: instant(), attributes: attributes)
        record.add(event)
    }

    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let record else { return }
        record.end(at: instant().nanosecondsSinceEpoch)
    }
}

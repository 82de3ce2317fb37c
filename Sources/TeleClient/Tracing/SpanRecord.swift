import TeleModel
import Tracing

/// What of the configuration a span needs.
final class SpanSettings: Sendable {
    let limits: TeleConfiguration.SpanLimits
    let isOnConsole: Bool
    let isExported: Bool

    init(_ configuration: TeleConfiguration) {
        limits = configuration.spanLimits.bounded
        isOnConsole = configuration.tracesExport.isOnConsole
        isExported = configuration.tracesExport.isEnabled
    }
}

/// A span that is being recorded. It may be used from many threads; after its end nothing changes it any more.
final class SpanRecord: Sendable {
    let traceID: TraceID
    let spanID: SpanID
    private let parent: SpanContext?
    private let traceState: String
    /// `Module/File.swift` of the code that started the span: its module is the instrumentation scope.
    private let scope: String
    private let kind: SpanKind
    private let start: UInt64
    private let settings: SpanSettings
    private let pipeline: ExportPipeline
    private let state: Locked<SpanState>

    init(
        name: String, scope: String, kind: SpanKind, start: UInt64, traceID: TraceID, spanID: SpanID,
        parent: SpanContext?, settings: SpanSettings, pipeline: ExportPipeline
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.parent = parent
        traceState = parent?.traceState ?? ""
        self.scope = scope
        self.kind = kind
        self.start = start
        self.settings = settings
        self.pipeline = pipeline
        state = Locked(SpanState(name: name))
    }

    var isEnded: Bool { state.withLock { $0.isEnded } }
    var name: String { state.withLock { $0.name } }
    var attributes: SpanAttributes { state.withLock { $0.attributes } }

    func add(_ event: SpanEvent) { update { $0.add(event, most: settings.limits.events) } }
    func add(_ link: SpanLink) { update { $0.add(link, most: settings.limits.links) } }

    func update(_ change: (inout SpanState) -> Void) {
        state.withLock { state in
            if !state.isEnded { change(&state) }
        }
    }

    /// The first end counts; a clock that went back gives a span of no length instead of a negative one.
    func end(at instant: UInt64) {
        let last: SpanState? = state.withLock { state in
            if state.isEnded { return nil }
            state.isEnded = true
            defer { state.release() }
            return state
        }
        guard let last else { return }
        let encoder = SpanEncoder(
            traceID: traceID, spanID: spanID, parent: parent, traceState: traceState, kind: kind, start: start,
            end: max(start, instant), limits: settings.limits)
        if settings.isOnConsole {
            ConsoleLine.span(last, id: spanID, traceID: traceID, took: encoder.end - start).write()
        }
        guard settings.isExported else { return }
        pipeline.offer(ExportItem(scope: String(scope.prefix { $0 != "/" }), bytes: encoder.encode(last)))
    }
}

/// What of a span can change until its end.
struct SpanState: Sendable {
    var name: String
    var attributes = SpanAttributes()
    var events: [SpanEvent] = []
    var droppedEvents: UInt32 = 0
    var links: [SpanLink] = []
    var droppedLinks: UInt32 = 0
    var status: SpanStatus?
    var isEnded = false

    init(name: String) { self.name = name }

    mutating func add(_ event: SpanEvent, most: Int) {
        if events.count < most { events.append(event) } else { droppedEvents &+= 1 }
    }

    mutating func add(_ link: SpanLink, most: Int) {
        if links.count < most { links.append(link) } else { droppedLinks &+= 1 }
    }

    /// Ok is final, and a status without a message does not take away the message of the same code.
    mutating func set(_ new: SpanStatus) {
        if status?.code == .ok { return }
        if new.code == .error, new.message == nil, status?.code == .error { return }
        status = new
    }

    /// Gives back what is held when the span lives on after its end; the name stays readable.
    mutating func release() {
        events = []
        links = []
    }
}

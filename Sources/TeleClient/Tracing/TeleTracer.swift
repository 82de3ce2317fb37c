import TeleModel
public import Tracing

/// Starts spans, and carries their context from process to process in the W3C headers.
public struct TeleTracer: Tracer {
    private let core: Core

    private final class Core: Sendable {
        let sampler: TeleSampler
        /// nil: nothing is recorded.
        let pipeline: ExportPipeline?
        let ids = Locked(IDGenerator())

        init(sampler: TeleSampler, pipeline: ExportPipeline?) {
            self.sampler = sampler
            self.pipeline = pipeline
        }
    }

    init(_ configuration: TeleConfiguration, pipeline: ExportPipeline?) {
        // Switched off, it hands on what others decided and starts nothing of its own.
        core =
            configuration.isEnabled
            ? Core(sampler: configuration.sampler, pipeline: pipeline)
            : Core(sampler: .parentBased(root: .never), pipeline: nil)
    }

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> TeleSpan {
        var context = context()
        let parent = context.teleSpan
        // Below a parent that nobody records and that decides for us, there is nothing to make: not even an id.
        if let parent, !parent.isSampled, case .parentBased = core.sampler {
            return TeleSpan(context: context, record: nil, name: operationName)
        }
        let (traceID, spanID) = core.ids.withLock { (parent?.traceID ?? $0.traceID(), $0.spanID()) }
        let isSampled = core.sampler.samples(traceIDLow: traceID.low, parentSampled: parent?.isSampled)
        var record: SpanRecord?
        if isSampled, let pipeline = core.pipeline {
            // The parent's own record is not kept alive by its children.
            var origin = parent
            origin?.record = nil
            record = SpanRecord(
                name: operationName, scope: fileID, kind: kind, start: instant().nanosecondsSinceEpoch,
                traceID: traceID,
                spanID: spanID, parent: origin, pipeline: pipeline)
        }
        context.teleSpan = SpanContext(
            traceID: traceID, spanID: spanID, isSampled: isSampled, traceState: parent?.traceState ?? "",
            isRemote: false, record: record)
        return TeleSpan(context: context, record: record, name: operationName)
    }

    public func activeSpan(identifiedBy context: ServiceContext) -> TeleSpan? {
        guard let record = context.teleSpan?.record else { return nil }
        return TeleSpan(context: context, record: record, name: record.name)
    }

    /// Does nothing: `Tele.flush(deadline:)` can wait.
    public func forceFlush() {}

    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: TraceParent.header, from: carrier) else { return }
        let state = extractor.extract(key: TraceParent.stateHeader, from: carrier)
        guard let span = TraceParent.parse(parent, state: state) else { return }
        context.teleSpan = span
    }

    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.teleSpan else { return }
        injector.inject(TraceParent.text(span), forKey: TraceParent.header, into: &carrier)
        guard !span.traceState.isEmpty else { return }
        injector.inject(span.traceState, forKey: TraceParent.stateHeader, into: &carrier)
    }
}

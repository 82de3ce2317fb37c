import TeleModel
public import Tracing

/// Starts spans, and carries their context from process to process in headers (``TeleConfiguration/propagators``).
public struct TeleTracer: Tracer {
    private let core: Core

    private final class Core: Sendable {
        let gate: SamplingGate
        let followsParent: Bool
        let propagation: Propagation
        let settings: SpanSettings
        /// nil: nothing is recorded.
        let pipeline: ExportPipeline?
        let ids = Locked(IDGenerator())
        /// nil where crash reports are not looked for.
        let lastSpan: LastSpan?

        init(
            _ configuration: TeleConfiguration, sampler: TeleSampler, pipeline: ExportPipeline?, lastSpan: LastSpan?,
            clock: ClientClock
        ) {
            self.lastSpan = lastSpan
            gate = SamplingGate(sampler, clock: clock)
            followsParent = if case .parentBased = sampler { true } else { false }
            propagation = Propagation(formats: configuration.propagators)
            settings = SpanSettings(configuration)
            self.pipeline = pipeline
        }
    }

    init(_ configuration: TeleConfiguration, pipeline: ExportPipeline?, lastSpan: LastSpan?, clock: ClientClock) {
        // Switched off, it hands on what others decided and starts nothing of its own.
        let isOn = configuration.isEnabled
        core = Core(
            configuration, sampler: isOn ? configuration.sampler : .parentBased(root: .never),
            pipeline: isOn ? pipeline : nil, lastSpan: lastSpan, clock: clock)
    }

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> TeleSpan {
        var context = context()
        let parent = context.teleSpan
        // Below a parent that nobody records and that decides for us, there is nothing to make: not even an id.
        if core.followsParent, let parent, !parent.isSampled, !parent.isUndecided {
            return TeleSpan(context: context, record: nil, name: operationName)
        }
        let (traceID, spanID) = core.ids.withLock { ids in
            let (traceID, spanID) = (parent?.traceID ?? ids.traceID(), ids.spanID())
            core.lastSpan?.note(traceID, spanID)
            return (traceID, spanID)
        }
        let decided = parent.flatMap { $0.isUndecided ? nil : $0.isSampled }
        let isSampled = core.gate.samples(traceIDLow: traceID.low, parentSampled: decided)
        var record: SpanRecord?
        if isSampled, let pipeline = core.pipeline {
            // The parent's own record is not kept alive by its children.
            var origin = parent
            origin?.record = nil
            record = SpanRecord(
                name: operationName, scope: fileID, kind: kind, start: instant().nanosecondsSinceEpoch,
                traceID: traceID, spanID: spanID, parent: origin, settings: core.settings, pipeline: pipeline)
        }
        context.teleSpan = SpanContext(
            traceID: traceID, spanID: spanID, isSampled: isSampled, traceState: parent?.traceState ?? "",
            record: record)
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
        core.propagation.extract(carrier, into: &context, using: extractor)
    }

    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        core.propagation.inject(context, into: &carrier, using: injector)
    }
}

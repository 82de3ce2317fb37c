public import Logging

/// A service's telemetry: the backends for swift-log, swift-metrics and swift-distributed-tracing, and the export of
/// what they take in to an OTLP collector such as `teled`.
///
/// ```swift
/// import Logging
/// import ServiceLifecycle
/// import TeleClient
///
/// let tele = try Tele.bootstrap(serviceName: "checkout")
/// let logger = Logger(label: "checkout")
/// let group = ServiceGroup(
///     configuration: .init(
///         services: [.init(service: tele), .init(service: application)],
///         gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
/// try await group.run()
/// ```
/// Without ServiceLifecycle, call ``shutdown(deadline:)`` before the process ends; it sends what is left.
///
/// Nothing here ever waits for the network on a thread of the host, and nothing here traps. What cannot be kept or
/// sent is dropped and counted; see ``statistics``.
public final class Tele: Sendable {
    public static let version = "0.1.0"

    public let configuration: TeleConfiguration
    /// To be used directly where another tracer is the process' own.
    public let tracer: TeleTracer
    /// To be used directly where another factory is the process' own.
    public let metricsFactory: TeleMetricsFactory

    let pipelines: [Signal: ExportPipeline]
    private let transport: any ExportTransport
    private let metricReader: MetricReader
    private let logs: TeleLogHandler.Core
    private let levelPoll: LogLevelPoll?
    private let spill: SpillFolder?
    private let crashes: CrashReports?
    private let lastSpan: LastSpan?
    private let clock: ClientClock
    private let life = Locked(Life())

    private struct Life: Sendable {
        var hasStarted = false
        var shutdown: Task<Bool, Never>?
    }

    /// An instance of its own, which touches nothing global: for tests, and for several services in one process. It
    /// exports after ``start()`` or ``run()``. The environment is not read; see
    /// ``TeleConfiguration/applyEnvironment(_:)``.
    public convenience init(_ configuration: TeleConfiguration) throws(TeleError) {
        let transport = try Self.transport(configuration)
        self.init(configuration, transport: transport)
    }

    private static func transport(_ configuration: TeleConfiguration) throws(TeleError) -> any ExportTransport {
        switch configuration.wireProtocol {
        case .httpProtobuf: return try HTTPTransport(configuration)
        case .grpc:
            #if GRPC
            return try GRPCTransport(configuration)
            #else
            throw .noGRPC
            #endif
        }
    }

    init(
        _ configuration: TeleConfiguration, transport: any ExportTransport, clock: ClientClock = .continuous
    ) {
        var generator = IDGenerator()
        let envelope = ExportEnvelope(configuration, instanceID: generator.uuid())
        let spill = configuration.isEnabled ? configuration.spill.map { SpillFolder($0) } : nil
        var pipelines: [Signal: ExportPipeline] = [:]
        for signal in Signal.allCases {
            pipelines[signal] = ExportPipeline(
                signal, limits: configuration.queue(signal), export: configuration.export(signal),
                configuration: configuration, envelope: envelope, transport: transport, spill: spill, clock: clock)
        }
        let levels = LogLevels(clock: clock)
        self.configuration = configuration
        self.transport = transport
        self.pipelines = pipelines
        self.spill = spill
        self.clock = clock
        crashes = CrashReports(configuration)
        lastSpan = crashes.flatMap { LastSpan(folder: $0.folder) }
        tracer = TeleTracer(configuration, pipeline: pipelines[.traces], lastSpan: lastSpan, clock: clock)
        metricsFactory = TeleMetricsFactory(configuration)
        metricReader = MetricReader(metricsFactory.registry, configuration, pipelines, clock: clock)
        logs = TeleLogHandler.Core(configuration, levels: levels, pipeline: pipelines[.logs])
        levelPoll = LogLevelPoll(configuration, levels: levels, transport: transport, clock: clock)
    }

    /// An instance that was dropped without a shutdown still sends what it can, and lets go of its tasks.
    deinit {
        guard life.withLock({ $0.shutdown == nil }) else { return }
        metricReader.stop()
        levelPoll?.stop()
        let end = clock.now() + configuration.shutdownDeadline
        Task.detached { [pipelines, transport, spill] in
            await Self.every(pipelines) { await $0.shutdown(deadline: end) }
            spill?.close()
            await transport.close()
        }
    }

    /// A log handler of this instance; `Logger(label:factory:)` takes it where another one is the process' own.
    public func logHandler(label: String, metadataProvider: Logger.MetadataProvider? = nil) -> TeleLogHandler {
        TeleLogHandler(label: label, core: logs, metadataProvider: metadataProvider)
    }

    public func logger(label: String) -> Logger {
        Logger(label: label, factory: { self.logHandler(label: $0) })
    }

    /// What became of each signal's records: "traces" counts spans, "logs" records, "metrics" data points.
    public var statistics: (traces: TeleStatistics, logs: TeleStatistics, metrics: TeleStatistics) {
        func of(_ signal: Signal) -> TeleStatistics { pipelines[signal]?.statistics ?? TeleStatistics() }
        return (of(.traces), of(.logs), of(.metrics))
    }

    /// Begins to export in the background. A second call does nothing.
    public func start() {
        guard configuration.isEnabled,
            life.withLock({ life in
                defer { life.hasStarted = true }
                return !life.hasStarted && life.shutdown == nil
            })
        else { return }
        for pipeline in pipelines.values { pipeline.start() }
        metricReader.start()
        levelPoll?.start()
        if let crashes, let logs = logs.pipeline {
            Task.detached {
                for item in await BlockingWork.run({ crashes.take() }) { logs.offer(item) }
            }
        }
    }

    /// Sends what was recorded before the call, metrics included.
    /// - Returns: false when not everything was settled within `deadline`; it goes on being sent then.
    @discardableResult
    public func flush(deadline: Duration = .seconds(5)) async -> Bool {
        guard life.withLock({ $0.hasStarted && $0.shutdown == nil }) else { return true }
        metricReader.collect()
        let end = clock.now() + deadline
        return await Self.every(pipelines) { await $0.flush(deadline: end) }
    }

    /// Sends what is left, stops, and returns within `deadline` whatever the collector does, also when the task of
    /// the caller is cancelled. Records made later are counted as dropped. A second call waits for the first.
    /// - Returns: true when nothing was lost to the shutdown.
    @discardableResult
    public func shutdown(deadline: Duration = .seconds(5)) async -> Bool {
        let end = clock.now() + deadline
        let task = life.withLock { life in
            let task =
                life.shutdown
                ?? Task.detached {
                    self.metricReader.stop()
                    self.levelPoll?.stop()
                    self.metricReader.collect()
                    let flushed = await Self.every(self.pipelines) { await $0.shutdown(deadline: end) }
                    self.spill?.close()
                    self.lastSpan?.remove()
                    // Closing connections takes a round trip of the event loops; it is not waited for.
                    Task.detached { [transport = self.transport] in await transport.close() }
                    return flushed
                }
            life.shutdown = task
            return task
        }
        return await task.value
    }

    @discardableResult
    private static func every(
        _ pipelines: [Signal: ExportPipeline], _ body: @escaping @Sendable (ExportPipeline) async -> Bool
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            for pipeline in pipelines.values { group.addTask { await body(pipeline) } }
            return await group.reduce(true) { $0 && $1 }
        }
    }
}

/// Collects all series on an interval and hands them, encoded, to the metrics' pipeline.
final class MetricReader: Sendable {
    private let registry: MetricRegistry
    private let interval: Duration
    private let temporality: TeleConfiguration.Temporality
    private let isOnConsole: Bool
    private let isExported: Bool
    private let pipelines: [Signal: ExportPipeline]
    private let clock: ClientClock
    private let state: Locked<State>

    private struct State: Sendable {
        var ticker: Task<Void, Never>?
        var own: ClientMetrics
        var breakers: BreakerMetrics
        /// nil where they are not wanted.
        var process: ProcessMetrics?
    }

    init(
        _ registry: MetricRegistry, _ configuration: TeleConfiguration, _ pipelines: [Signal: ExportPipeline],
        clock: ClientClock
    ) {
        self.registry = registry
        self.pipelines = pipelines
        self.clock = clock
        temporality = configuration.temporality
        isOnConsole = configuration.metricsExport.isOnConsole
        isExported = configuration.metricsExport.isEnabled
        interval = max(.milliseconds(10), configuration.metricInterval)
        state = Locked(
            State(
                own: ClientMetrics(registry),
                breakers: BreakerMetrics(
                    TeleMetricsFactory(registry), names: Signal.allCases.map { "tele.client.\($0.rawValue)" }),
                process: configuration.processMetrics ? ProcessMetrics(registry) : nil))
    }

    func start() {
        state.withLock { state in
            guard state.ticker == nil else { return }
            let interval = interval
            state.ticker = Task.detached { [weak self, clock] in
                while (try? await clock.sleep(for: interval)) != nil, let self { self.collect() }
            }
        }
    }

    func stop() { state.withLock { $0.ticker }?.cancel() }

    func collect() {
        guard let pipeline = pipelines[.metrics], isExported || isOnConsole else { return }
        // The lock also keeps two collections at once from telling a delta twice.
        state.withLock { state in
            state.own.update(pipelines)
            for (signal, pipeline) in pipelines {
                state.breakers.update(name: "tele.client.\(signal.rawValue)", pipeline.breakerCounts)
            }
            state.process?.update()
            let encoder = MetricEncoder(now: UnixTime.now(), temporality: temporality)
            for (instrument, series) in registry.snapshot() {
                if isOnConsole { for one in series { ConsoleLine.metric(one).write() } }
                if isExported, let item = encoder.encode(instrument, series) { pipeline.offer(item) }
            }
        }
    }
}

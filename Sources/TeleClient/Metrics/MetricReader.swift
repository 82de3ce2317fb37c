/// Collects all series on an interval and hands them, encoded, to the metrics' pipeline; the client's own books are
/// among them, so that what was lost can be seen where the rest is seen.
final class MetricReader: Sendable {
    private let registry: MetricRegistry
    private let interval: Duration
    private let pipelines: [Signal: ExportPipeline]
    private let epoch = UnixTime.now()
    private let ticker = Locked<Task<Void, Never>?>(nil)

    init(_ registry: MetricRegistry, _ configuration: TeleConfiguration, _ pipelines: [Signal: ExportPipeline]) {
        self.registry = registry
        self.pipelines = pipelines
        interval = max(.milliseconds(10), configuration.metricInterval)
    }

    func start() {
        ticker.withLock { ticker in
            guard ticker == nil else { return }
            let interval = interval
            ticker = Task.detached { [weak self] in
                while (try? await Task.sleep(for: interval)) != nil, let self { self.collect() }
            }
        }
    }

    func stop() { ticker.withLock { $0 }?.cancel() }

    func collect() {
        guard let pipeline = pipelines[.metrics] else { return }
        let encoder = MetricEncoder(now: UnixTime.now())
        for (instrument, series) in registry.snapshot() + own() {
            if let item = encoder.encode(instrument, series) { pipeline.offer(item) }
        }
    }

    /// `tele.client.sent{signal}`, `tele.client.dropped{signal,reason}` and `tele.client.queue.bytes{signal}`.
    private func own() -> [(InstrumentKey, [MetricSeries])] {
        let sent = InstrumentKey(label: "tele.client.sent", kind: .counter)
        let dropped = InstrumentKey(label: "tele.client.dropped", kind: .counter)
        let queued = InstrumentKey(label: "tele.client.queue.bytes", kind: .gauge)
        var series: [InstrumentKey: [MetricSeries]] = [:]
        func add(_ key: InstrumentKey, _ dimensions: [Dimension], _ value: UInt64) {
            let one = MetricSeries(key, dimensions, value: .int(0), start: epoch)
            one.set(Int64(clamping: value))
            series[key, default: []].append(one)
        }
        for (signal, pipeline) in pipelines {
            let statistics = pipeline.statistics
            let name = Dimension(key: "signal", value: signal.rawValue)
            add(sent, [name], statistics.sent)
            add(queued, [name], UInt64(clamping: statistics.queuedBytes))
            for (reason, count) in statistics.drops {
                add(dropped, [name, Dimension(key: "reason", value: reason.rawValue)], count)
            }
        }
        return series.map { ($0.key, $0.value) }
    }
}

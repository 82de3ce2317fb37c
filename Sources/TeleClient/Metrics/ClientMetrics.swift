/// What the client tells of itself among the other metrics, so that what was lost can be seen where the rest is seen:
/// `tele.client.sent{signal}`, `tele.client.dropped{signal,reason}`, `tele.client.recovered{signal}`,
/// `tele.client.queue.bytes{signal}`, `tele.client.spilled.bytes{signal}`, `tele.client.retries{signal}` and the state of
/// its circuit breakers by ``BreakerMetrics``.
struct ClientMetrics: Sendable {
    private let registry: MetricRegistry
    private var totals: [InstrumentKey: [[Dimension]: UInt64]] = [:]

    /// The instruments are there before the host's are, so that no number of those can push them out.
    init(_ registry: MetricRegistry) {
        self.registry = registry
        for signal in Signal.allCases {
            let name = ("signal", signal.rawValue)
            for label in ["sent", "retries", "recovered"] { total("tele.client.\(label)", [name], 0) }
            total("tele.client.dropped", [name, ("reason", TeleStatistics.DropReason.queueFull.rawValue)], 0)
            for label in ["queue", "spilled"] { gauge("tele.client.\(label).bytes", [name], 0) }
        }
    }

    mutating func update(_ pipelines: [Signal: ExportPipeline]) {
        for (signal, pipeline) in pipelines {
            let books = pipeline.statistics
            let name = ("signal", signal.rawValue)
            total("tele.client.sent", [name], books.sent)
            total("tele.client.retries", [name], books.retries)
            for (reason, count) in books.drops {
                total("tele.client.dropped", [name, ("reason", reason.rawValue)], count)
            }
            gauge("tele.client.queue.bytes", [name], UInt64(clamping: books.queuedBytes))
            guard pipeline.hasSpill else { continue }
            total("tele.client.recovered", [name], books.recovered)
            gauge("tele.client.spilled.bytes", [name], UInt64(clamping: books.spilledBytes))
        }
    }

    /// A counter whose sum is kept elsewhere.
    mutating func total(_ label: String, _ dimensions: [(String, String)], _ value: UInt64) {
        let series = registry.series(.counter, label, dimensions)
        let before = totals[series.instrument]?[series.dimensions] ?? 0
        // Zero too: a series that is there from the start can be told from one that is missing.
        series.increment(by: Int64(clamping: value &- min(before, value)))
        totals[series.instrument, default: [:]][series.dimensions] = value
    }

    func gauge(_ label: String, _ dimensions: [(String, String)], _ value: UInt64) {
        registry.series(.gauge, label, dimensions).set(Int64(clamping: value))
    }
}

import TeleDisk
import TeleEngine
import TeleModel

/// Metrics of the spans that were stored, for as long as the process runs; counters start anew with it.
final class SpanMetrics: Sendable {
    private let state: Guarded<SpanMetricsState>

    init(_ limits: SpanMetricsState.Limits = SpanMetricsState.Limits()) {
        state = Guarded(SpanMetricsState(limits))
    }

    /// Called with what the engine has taken.
    func observe(_ batch: SpanBatch) {
        let now = Int64(clamping: WallClock.nanoseconds / 1_000_000)
        state.withLock { $0.observe(batch, now: now) }
    }

    func collect() -> SampleBatch? {
        let now = Int64(clamping: WallClock.nanoseconds / 1_000_000)
        return state.withLock { $0.collect(now: now) }
    }

    /// The service graph as it stands now.
    func graph() -> ServiceGraph.Live {
        let now = WallClock.milliseconds
        return state.withLock { $0.graph(now: now) }
    }

    /// How often the counters become samples.
    static let interval = Duration.seconds(15)
}

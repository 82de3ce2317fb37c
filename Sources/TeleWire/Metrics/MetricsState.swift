internal import Synchronization
import TeleModel

/// What the metrics of one request leave for the next: the caches of the translation and the running totals of delta
/// series. One for the whole server; any number of requests may use it at once.
package final class MetricsState: Sendable {
    /// A cache is lent to one request at a time; more requests at once have more caches, of which a few are kept.
    private let idle = Mutex<[SeriesCache]>([])
    let deltas = DeltaAccumulator()

    package init() {}

    private static let keptCaches = 4

    func borrow() -> SeriesCache { idle.withLock { $0.popLast() } ?? SeriesCache() }

    func giveBack(_ cache: SeriesCache) {
        idle.withLock { if $0.count < MetricsState.keptCaches { $0.append(cache) } }
    }

    /// Delta series whose totals are kept.
    package var deltaSeriesCount: Int { deltas.count }
}

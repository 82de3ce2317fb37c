internal import Synchronization
import TeleModel

/// What the metrics of one request leave for the next: the caches of the translation and the running totals of delta
/// series. One for the whole server; any number of requests may use it at once.
package final class MetricsState: Sendable {
    /// A cache is lent to one request at a time; more requests at once have more caches, of which a few are kept.
    private let idle = Mutex<[SeriesCache]>([])
    let deltas: DeltaAccumulator
    private let bytes: Int

    /// `bytes`: what the kept caches may hold together, and the totals half as much.
    package init(bytes: Int = .max) {
        self.bytes = bytes
        deltas = DeltaAccumulator(limit: min(Limits.deltaNumbers, bytes / 2 / 8))
    }

    private static let keptCaches = 4

    func borrow() -> SeriesCache { idle.withLock { $0.popLast() } ?? SeriesCache() }

    /// A cache that has become too large is forgotten: the series that still come fill a new one.
    func giveBack(_ cache: SeriesCache) {
        let bytes = cache.byteCount
        if cache.isFull { return }
        idle.withLock { idle in
            let kept = idle.reduce(0) { $0 + $1.byteCount }
            if idle.count < MetricsState.keptCaches, bytes <= self.bytes - kept { idle.append(cache) }
        }
    }

    /// Delta series whose totals are kept.
    package var deltaSeriesCount: Int { deltas.count }
}

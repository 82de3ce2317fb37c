/// How long things took, as a Prometheus histogram in seconds.
package final class DurationHistogram: Sendable {
    /// Upper bounds in seconds; the last bucket is without.
    package static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    private let counts = (0...DurationHistogram.bounds.count).map { _ in Counter() }
    private let microseconds = Counter()

    package init() {}

    package func observe(_ duration: Duration) {
        let (whole, attoseconds) = duration.components
        let seconds = Double(whole) + Double(attoseconds) * 1e-18
        let bucket = DurationHistogram.bounds.firstIndex { seconds <= $0 } ?? DurationHistogram.bounds.count
        counts[bucket].add()
        microseconds.add(Int(min(max(seconds, 0), 1e9) * 1e6))
    }

    /// Cumulative counts for ``bounds`` and infinity, and the sum in seconds.
    package var snapshot: (cumulative: [Int], sum: Double) {
        var total = 0
        let cumulative = counts.map { count in
            total += count.value
            return total
        }
        return (cumulative, Double(microseconds.value) / 1e6)
    }
}

internal import Synchronization

/// What the rules' own metrics are made of: counts since the start.
package final class RuleMetrics: Sendable {
    package struct Counts: Sendable {
        package var evaluations = 0
        package var failures = 0
        package var groupEvaluations = 0
        package var missed = 0
        /// How late evaluations began, and how long groups took; seconds.
        package var lateness = RuleHistogram()
        package var durations = RuleHistogram()
    }

    private let counts = Mutex(Counts())

    package init() {}

    package var current: Counts { counts.withLock { $0 } }

    func succeeded() { counts.withLock { $0.evaluations += 1 } }

    func failed() {
        counts.withLock {
            $0.evaluations += 1
            $0.failures += 1
        }
    }

    func missed(_ count: Int) { counts.withLock { $0.missed += count } }
    func late(milliseconds: Int64) { counts.withLock { $0.lateness.add(Double(max(0, milliseconds)) / 1000) } }

    func evaluated(seconds: Double) {
        counts.withLock {
            $0.groupEvaluations += 1
            $0.durations.add(seconds)
        }
    }
}

/// Counts of durations by their length.
package struct RuleHistogram: Sendable {
    /// Seconds.
    package static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    private var counts = Array(repeating: 0, count: RuleHistogram.bounds.count + 1)
    package private(set) var sum = 0.0

    mutating func add(_ seconds: Double) {
        sum += seconds
        counts[RuleHistogram.bounds.firstIndex { seconds <= $0 } ?? counts.count - 1] += 1
    }

    /// One more than there are bounds.
    package var cumulative: [Int] {
        var total = 0
        return counts.map { count in
            total += count
            return total
        }
    }
}

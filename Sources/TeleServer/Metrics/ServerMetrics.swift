/// What the server counts about itself since it started. Shown by `/metrics` and `/api/tele/v1/status`.
package final class ServerMetrics: Sendable {
    package final class Ingest: Sendable {
        package let requests = Counter()
        package let records = Counter()
        package let rejected = Counter()
        /// Of bodies as they arrived.
        package let bytes = Counter()
        /// Of bodies after decompression.
        package let decodedBytes = Counter()
        /// From the first byte of the body to the answer.
        package let durations = DurationHistogram()
    }

    /// Unix nanoseconds.
    package let started = WallClock.nanoseconds
    private let ingests = Signal.allCases.map { _ in Ingest() }
    private let refusals = IngestFailure.Reason.allCases.map { ($0, Counter()) }
    package let queriesStarted = Counter()
    package let queriesFinished = Counter()
    /// Answered 500 and above.
    package let queriesFailed = Counter()
    package let queriesRefused = Counter()
    package let queriesCancelled = Counter()
    package let queryDurations = DurationHistogram()
    package let reloads = Counter()
    package let reloadFailures = Counter()

    package init() {}

    package func ingest(_ signal: Signal) -> Ingest { ingests[signal.rawValue] }

    package func refused(_ failure: IngestFailure) {
        for (reason, counter) in refusals where reason == failure.reason { counter.add() }
    }

    /// By reason, in the order of the reasons.
    package var refusalCounts: [(reason: IngestFailure.Reason, count: Int)] {
        refusals.map { ($0.0, $0.1.value) }
    }
}

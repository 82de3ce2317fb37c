internal import TeleDisk

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

    /// What was stored by one protocol.
    package final class Entrance: Sendable {
        package let requests = Counter()
        package let records = Counter()
    }

    /// Unix nanoseconds.
    package let started = WallClock.nanoseconds
    private let ingests = Signal.allCases.map { _ in Ingest() }
    private let entrances = Signal.allCases.map { _ in Door.allCases.map { _ in Entrance() } }
    private let refusals = IngestFailure.Reason.allCases.map { ($0, Counter()) }
    package let queries = QueryMetrics()
    package let reloads = Counter()
    package let reloadFailures = Counter()
    private let reloadState: Guarded<ConfigurationReload>
    /// Rounds of the server's own metrics that could not be stored.
    package let selfMetricsFailures = Counter()

    package init() {
        reloadState = Guarded(ConfigurationReload(time: Int64(clamping: started / 1_000_000), hasSucceeded: true))
    }

    package func ingest(_ signal: Signal) -> Ingest { ingests[signal.rawValue] }

    package func entrance(_ signal: Signal, _ door: Door) -> Entrance { entrances[signal.rawValue][door.rawValue] }

    /// Counts a request that was answered as stored, in whole or in part.
    package func stored(_ signal: Signal, by door: Door, records: Int, since start: ContinuousClock.Instant) {
        ingest(signal).durations.observe(ContinuousClock.now - start)
        entrance(signal, door).requests.add()
        entrance(signal, door).records.add(records)
    }

    package func refused(_ failure: IngestFailure) {
        for (reason, counter) in refusals where reason == failure.reason { counter.add() }
    }

    /// By reason, in the order of the reasons.
    package var refusalCounts: [(reason: IngestFailure.Reason, count: Int)] {
        refusals.map { ($0.0, $0.1.value) }
    }

    package var lastReload: ConfigurationReload { reloadState.value }

    package func reloaded(_ hasSucceeded: Bool) {
        (hasSucceeded ? reloads : reloadFailures).add()
        reloadState.withLock { state in
            state.hasSucceeded = hasSucceeded
            if hasSucceeded { state.time = WallClock.milliseconds }
        }
    }
}

/// When the configuration in force was taken over, and whether the last attempt to change it succeeded.
package struct ConfigurationReload: Sendable {
    /// Unix milliseconds.
    package var time: Int64
    package var hasSucceeded: Bool
}

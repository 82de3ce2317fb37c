public import CoreMetrics

/// A circuit breaker around calls to something that may be down, which tells by metrics what it does.
///
/// ```swift
/// let cards = TeleBreaker(name: "card-network")
/// let receipt = try await cards.run { try await network.charge(card) }
/// ```
/// After ``TeleConfiguration/Breaker/failures`` calls that failed one after another it is open: calls throw
/// ``Open`` at once, and nothing goes out. After a pause one call is let through; when it succeeds, all are again, else
/// the pause doubles. The metrics `circuit_breaker.*` are those of the table in the documentation of this package, the
/// same for each breaker of a system; `telectl breakers` shows them side by side.
public final class TeleBreaker: Sendable {
    public enum State: Int, Sendable {
        case closed = 0
        case halfOpen = 1
        case open = 2
    }

    /// The call was not made.
    public struct Open: Error, CustomStringConvertible {
        public let name: String
        /// When it is worth trying again.
        public let retryAfter: Duration

        public var description: String { "circuit breaker \(name) is open; try again in \(retryAfter)" }
    }

    public let name: String
    private let instruments: BreakerInstruments
    private let clock: ClientClock
    private let state: Locked<(circuit: CircuitState, reported: BreakerCounts)>

    /// - Parameters:
    ///   - name: of what is called; the metrics' `breaker.name`.
    ///   - metrics: where the metrics go; nil is the factory that was bootstrapped.
    public convenience init(
        name: String, policy: TeleConfiguration.Breaker = TeleConfiguration.Breaker(),
        metrics: (any MetricsFactory)? = nil
    ) {
        self.init(name: name, policy: policy, metrics: metrics ?? MetricsSystem.factory, clock: .continuous)
    }

    init(name: String, policy: TeleConfiguration.Breaker, metrics: any MetricsFactory, clock: ClientClock) {
        self.name = name
        self.clock = clock
        instruments = BreakerInstruments(name: name, factory: metrics)
        state = Locked((CircuitState(policy), BreakerCounts()))
        change { _ in }
    }

    public var current: State { state.withLock { $0.circuit.counts.state } }

    /// Makes the call, or throws ``Open``. A cancelled call says nothing about the other side.
    /// - Parameter isFailure: whether an error means that the other side is down; a refusal of this one call does not.
    public func run<Result>(
        isFailure: (any Error) -> Bool = { _ in true }, isolation: isolated (any Actor)? = #isolation,
        _ call: () async throws -> Result
    ) async throws -> Result {
        let now = clock.now()
        if let pause = change({ $0.admit(now) }) { throw Open(name: name, retryAfter: pause) }
        do {
            let result = try await call()
            change { $0.succeeded() }
            return result
        } catch {
            let now = clock.now()
            let random = Double.random(in: 0...1)
            if error is CancellationError {
                change { $0.gaveUp(now) }
            } else if isFailure(error) {
                change { $0.failed(now, random: random) }
            } else {
                change { $0.succeeded() }
            }
            throw error
        }
    }

    /// Counts a call that repeats an earlier one.
    public func retried() { change { $0.retried() } }

    /// Counts a call that ended because time was up; to be said besides the failure.
    public func deadlineExceeded() { change { $0.ranOutOfTime() } }

    /// Tells the metrics outside of the lock: they are the host's.
    @discardableResult
    private func change<Result>(_ body: (inout CircuitState) -> Result) -> Result {
        let (result, now, before) = state.withLock { state in
            let result = body(&state.circuit)
            let before = state.reported
            state.reported = state.circuit.counts
            return (result, state.circuit.counts, before)
        }
        instruments.report(now, since: before)
        return result
    }
}

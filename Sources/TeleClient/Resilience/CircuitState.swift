/// The states of a circuit breaker: calls pass while it is closed; after a run of failures it is open and refuses them;
/// after a pause it is half open and lets one through, whose end decides. No clock and no lock of its own.
struct CircuitState: Sendable {
    enum Phase: Sendable, Equatable {
        case closed
        case open(until: ContinuousClock.Instant)
        /// A call is being tried.
        case halfOpen
    }

    private(set) var phase = Phase.closed
    private(set) var counts = BreakerCounts()
    private var failures = 0
    private var pause: Duration
    private let policy: TeleConfiguration.Breaker

    init(_ policy: TeleConfiguration.Breaker) {
        self.policy = policy
        pause = policy.pause
    }

    /// - Returns: nil when a call may be made, else how long to wait until it is worth asking again.
    mutating func admit(_ now: ContinuousClock.Instant) -> Duration? {
        switch phase {
        case .closed: return nil
        case .open(let until):
            guard now >= until else {
                counts.rejected &+= 1
                return until - now
            }
            enter(.halfOpen)
            return nil
        case .halfOpen:
            counts.rejected &+= 1
            return policy.pause
        }
    }

    /// Until a call may be tried; zero where it may be now.
    func remaining(_ now: ContinuousClock.Instant) -> Duration {
        if case .open(let until) = phase { return max(.zero, until - now) }
        return .zero
    }

    /// The other side lives, though it did not do what it was asked for.
    mutating func answered() {
        counts.failed &+= 1
        failures = 0
        if phase != .closed { enter(.closed) }
    }

    /// Begins the try that an open breaker would make later: somebody waits for it.
    mutating func force() {
        if case .open = phase { enter(.halfOpen) }
    }

    mutating func succeeded() {
        counts.succeeded &+= 1
        failures = 0
        pause = policy.pause
        if phase != .closed { enter(.closed) }
    }

    /// - Parameter random: 0 to 1; the pause is between half and all of its length, so that clients of one collector do
    ///   not come back together.
    mutating func failed(_ now: ContinuousClock.Instant, random: Double) {
        counts.failed &+= 1
        failures += 1
        guard phase == .halfOpen || failures >= max(1, policy.failures) else { return }
        if phase == .halfOpen { pause = min(pause * 2, max(policy.pause, policy.longestPause)) }
        enter(.open(until: now + pause * (0.5 + 0.5 * min(max(random, 0), 1))))
    }

    /// The try came to nothing that says anything about the other side.
    mutating func gaveUp(_ now: ContinuousClock.Instant) {
        if phase == .halfOpen { enter(.open(until: now)) }
    }

    mutating func retried() { counts.retries &+= 1 }
    mutating func ranOutOfTime() { counts.deadlineExceeded &+= 1 }

    private mutating func enter(_ next: Phase) {
        phase = next
        switch next {
        case .closed:
            counts.closings &+= 1
            counts.state = .closed
        case .open:
            counts.openings &+= 1
            counts.state = .open
        case .halfOpen:
            counts.halfOpenings &+= 1
            counts.state = .halfOpen
        }
    }
}

/// What a breaker has seen since it was made.
struct BreakerCounts: Sendable, Equatable {
    var state = TeleBreaker.State.closed
    var openings: UInt64 = 0
    var halfOpenings: UInt64 = 0
    var closings: UInt64 = 0
    var succeeded: UInt64 = 0
    var failed: UInt64 = 0
    var rejected: UInt64 = 0
    var retries: UInt64 = 0
    var deadlineExceeded: UInt64 = 0
}

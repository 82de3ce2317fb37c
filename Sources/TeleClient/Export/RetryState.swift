/// How long to wait before the next try: doubling, with the upper half random so that clients of one collector do not
/// come back together; a Retry-After of the collector is the least that is waited.
struct RetryState: Sendable {
    private let policy: TeleConfiguration.Retry
    private var next: Duration
    private var waited = Duration.zero

    init(_ policy: TeleConfiguration.Retry) {
        self.policy = policy
        next = policy.first
    }

    /// From the first delay again.
    var anew: RetryState { RetryState(policy) }

    /// nil when the time to give up has come.
    /// - Parameters:
    ///   - random: 0 to 1.
    ///   - atLeast: what a circuit breaker asks for.
    mutating func delay(retryAfter: Duration?, atLeast: Duration = .zero, random: Double) -> Duration? {
        var delay = max(atLeast, next * (0.5 + 0.5 * min(max(random, 0), 1)))
        if let retryAfter { delay = max(delay, min(retryAfter, ClientLimits.retryAfter)) }
        guard waited + delay <= policy.giveUpAfter else { return nil }
        waited += delay
        next = min(next * 2, policy.longest)
        return delay
    }
}

/// Where the time of delays, pauses and deadlines comes from; the tests move it by hand.
struct ClientClock: Sendable {
    var now: @Sendable () -> ContinuousClock.Instant
    /// Throws when the task is cancelled.
    var sleep: @Sendable (ContinuousClock.Instant) async throws -> Void

    static let continuous = ClientClock(
        now: { ContinuousClock.now }, sleep: { try await Task.sleep(until: $0, clock: .continuous) })

    func sleep(for duration: Duration) async throws { try await sleep(now() + duration) }
}

internal import TeleAlert
internal import TeleDisk

/// What delivery counts since the process started.
final class AlertDeliveryMetrics: Sendable {
    let received = Counter()
    let invalid = Counter()
    /// Texts of notifications whose template failed or was cut.
    let badTexts = Counter()
    /// From an alert's start to the answer of the receiver that was told.
    let latency = DurationHistogram()
    private let kinds = Guarded<[String: (attempts: Int, failures: Int)]>([:])
    let attempts = DurationHistogram()

    func attempted(_ kind: String, hasFailed: Bool, _ duration: Duration) {
        attempts.observe(duration)
        kinds.withLock { kinds in
            kinds[kind, default: (0, 0)].attempts += 1
            if hasFailed { kinds[kind, default: (0, 0)].failures += 1 }
        }
    }

    var byKind: [(kind: String, attempts: Int, failures: Int)] {
        kinds.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value.attempts, $0.value.failures) } }
    }
}

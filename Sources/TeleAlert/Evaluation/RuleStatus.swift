/// What is known of a rule between two evaluations.
package struct RuleStatus: Sendable {
    package enum Health: String, Sendable {
        case unknown, ok, err
    }

    package var health = Health.unknown
    package var lastError = ""
    /// Unix milliseconds; 0 before the first.
    package var lastEvaluation: Int64 = 0
    /// Seconds.
    package var duration = 0.0
    package var tracker = AlertTracker()

    package init() {}
}

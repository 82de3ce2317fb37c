package import TeleModel

/// One alert as the rules' half hands it to the half that delivers: a series of an alerting rule that fires, or that
/// fired and does no more. Times are unix milliseconds.
package struct Alert: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        case firing, resolved
    }

    /// With `alertname`; the alert's identity.
    package var labels: LabelSet
    /// Templates are expanded. Not part of the identity.
    package var annotations: LabelSet
    package var state: State
    /// When the condition became true; before ``startsAt`` where the rule has `for`.
    package var activeAt: Int64
    /// When it began to fire.
    package var startsAt: Int64
    /// Resolved: since when. Firing: until when the alert holds if it is not sent again (Prometheus sends four times
    /// the longer of the group's interval and the time between two sends).
    package var endsAt: Int64
    /// The value of the expression when the alert was last true.
    package var value: Double
    /// Where the expression can be looked at.
    package var generatorURL: String

    package init(
        labels: LabelSet, annotations: LabelSet, state: State, activeAt: Int64, startsAt: Int64, endsAt: Int64,
        value: Double, generatorURL: String
    ) {
        self.labels = labels
        self.annotations = annotations
        self.state = state
        self.activeAt = activeAt
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.value = value
        self.generatorURL = generatorURL
    }

    /// Stable across restarts and releases: the hash of the sorted labels.
    package var fingerprint: UInt64 { labels.fingerprint }

    package var name: String { labels["alertname"] ?? "" }
}

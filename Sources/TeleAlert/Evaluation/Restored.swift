package import TeleModel

/// What a rule's first evaluation finds of the time before a restart.
package struct Restored: Sendable {
    /// By labels: since when conditions held that hold now.
    package var alerts: [LabelSet: RestoredAlert]
    /// Alerts that fired and whose condition does not hold now, for `keep_firing_for`.
    package var kept: [ActiveAlert] = []

    package init(alerts: [LabelSet: RestoredAlert] = [:]) { self.alerts = alerts }
}

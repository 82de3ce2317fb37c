package import TeleModel

/// What holds for all groups. Durations are milliseconds; the defaults are Prometheus'.
package struct RuleOptions: Sendable, Equatable {
    /// Of groups that name none.
    package var interval: Int64 = 60_000
    /// How long before its time a group looks, where it does not say.
    package var queryOffset: Int64 = 0
    /// A firing alert is sent again after this.
    package var resendDelay: Int64 = 60_000
    /// How long the server may have been down for a pending alert to go on where it was.
    package var outageTolerance: Int64 = 3_600_000
    /// What is left of a `for` of at least this length is at least this long after a restart.
    package var gracePeriod: Int64 = 600_000
    /// Series of one rule, whatever its group's limit.
    package var mostSeries = 100_000
    /// What one query may take; never more than the group's interval and ten seconds.
    package var timeout: Int64 = 120_000
    package var externalLabels = LabelSet.empty
    /// Of links back to this server; no slash at the end.
    package var externalURL = ""
    /// Whether alerts carry ``AlertLinks``.
    package var hasLinks = true

    package init() {}
}

internal import TeleModel

/// What one integration was last told about one group.
package struct NotificationRecord: Sendable, Equatable {
    /// When; unix milliseconds.
    package var time: Int64
    /// Forgotten after that.
    package var expiresAt: Int64
    /// Fingerprints of the alerts that were told as firing and as resolved.
    package var firing: Set<UInt64>
    package var resolved: Set<UInt64>

    package init(time: Int64, expiresAt: Int64, firing: Set<UInt64>, resolved: Set<UInt64>) {
        self.time = time
        self.expiresAt = expiresAt
        self.firing = firing
        self.resolved = resolved
    }

    /// Whether a group's integration has to be told of what is now; as Alertmanager decides it.
    package static func isDue(
        after record: NotificationRecord?, firing: Set<UInt64>, resolved: Set<UInt64>, sendsResolved: Bool,
        repeatInterval: Int64, now: Int64
    ) -> Bool {
        guard let record else { return !firing.isEmpty }
        if !firing.isSubset(of: record.firing) { return true }
        if firing.isEmpty { return !record.firing.isEmpty }
        if sendsResolved, !resolved.isSubset(of: record.resolved) { return true }
        return now.subtractingSaturated(record.time) >= repeatInterval
    }
}

/// Which group, and whose integration.
package struct NotificationKey: Sendable, Hashable {
    package var groupKey: String
    package var integration: IntegrationID

    package init(groupKey: String, integration: IntegrationID) {
        self.groupKey = groupKey
        self.integration = integration
    }
}

package import TeleModel

/// One message to one integration about one group, to be delivered with retries.
package struct Notification: Sendable {
    package struct Item: Sendable {
        package var alert: Alert
        package var isFiring: Bool
        package var fingerprint: UInt64

        package init(alert: Alert, isFiring: Bool, fingerprint: UInt64) {
            self.alert = alert
            self.isFiring = isFiring
            self.fingerprint = fingerprint
        }
    }

    /// Distinct within the process.
    package var number: Int
    package var group: AlertGroup.ID
    package var key: NotificationKey
    package var integration: Integration
    package var groupLabels: LabelSet
    /// By start, then labels. Without the resolved ones where the integration is not told of them.
    package var items: [Item]
    /// What ``NotificationRecord`` remembers once it is delivered.
    package var firing: Set<UInt64>
    package var resolved: Set<UInt64>
    /// The flush that it comes from, and until when it is retried; unix milliseconds.
    package var time: Int64
    package var deadline: Int64
    package var repeatInterval: Int64

    package var isFiring: Bool { items.contains(where: \.isFiring) }

    /// Labels, or annotations, that all alerts have.
    package func common(_ part: (Alert) -> LabelSet) -> LabelSet {
        guard let first = items.first else { return .empty }
        var pairs = part(first.alert).pairs
        for item in items.dropFirst() where !pairs.isEmpty {
            let labels = part(item.alert)
            pairs.removeAll { labels[$0.name] != $0.value }
        }
        return LabelSet(pairs)
    }
}

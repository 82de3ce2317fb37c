internal import TeleModel

/// An alert as delivery holds it. Resolved is what has an end that has come.
package struct HeldAlert: Sendable, Equatable {
    package enum Origin: UInt8, Sendable {
        /// The rules of this server.
        case rules
        /// `POST /alertmanager/api/v2/alerts`.
        case posted
        /// Delivery itself: a receiver that fails.
        case delivery
    }

    package var alert: Alert
    package var origin: Origin
    /// Whether the end is only what the sender's silence means.
    package var isEndAssumed: Bool
    /// When it first came, and when it last did; unix milliseconds.
    package var receivedAt: Int64
    package var updatedAt: Int64

    package init(_ alert: Alert, origin: Origin, isEndAssumed: Bool, now: Int64) {
        self.alert = alert
        self.origin = origin
        self.isEndAssumed = isEndAssumed
        receivedAt = now
        updatedAt = now
    }

    package func isResolved(at now: Int64) -> Bool { alert.endsAt <= now }

    /// What is known after `newer` came: its end counts unless it is only assumed; the earliest start stays while the
    /// two overlap.
    func merged(with newer: HeldAlert, now: Int64) -> HeldAlert {
        var out = newer
        out.receivedAt = receivedAt
        let overlaps = newer.alert.startsAt <= alert.endsAt && alert.startsAt <= newer.alert.endsAt
        guard overlaps else {
            out.receivedAt = newer.receivedAt
            return out
        }
        out.alert.startsAt = min(alert.startsAt, newer.alert.startsAt)
        out.alert.activeAt = min(alert.activeAt, newer.alert.activeAt)
        let isLater = alert.endsAt > newer.alert.endsAt
        // An end that a sender named stays where the newer one is only assumed.
        if isLater, !newer.isResolved(at: now), newer.isEndAssumed, !isEndAssumed {
            out.alert.endsAt = alert.endsAt
            out.isEndAssumed = false
        }
        return out
    }

    /// Whether a restart has to know of the change: a resend that only moves an end ahead is not worth an fsync.
    func differs(from other: HeldAlert, now: Int64) -> Bool {
        alert.annotations != other.alert.annotations || alert.startsAt != other.alert.startsAt
            || alert.generatorURL != other.alert.generatorURL || isResolved(at: now) != other.isResolved(at: now)
            || origin != other.origin || isEndAssumed != other.isEndAssumed
            || (!isEndAssumed && origin == .posted && alert.endsAt != other.alert.endsAt)
    }
}

package import TeleModel

/// Alerts that are notified together: of one route, with the same values of the labels it groups by.
package struct AlertGroup: Sendable {
    package struct ID: Sendable, Hashable {
        /// ``RouteTree/Route/identity``.
        package var route: String
        /// The route's, or who is told in its place.
        package var receiver: String
        package var labels: LabelSet
    }

    /// What an integration of the receiver is doing for the group.
    package struct Lane: Sendable {
        /// The notification that is on its way.
        var inFlight: Int?
        /// A flush came meanwhile, or found no room: look again as soon as possible.
        var isLate = false
    }

    package var id: ID
    package var route: Int
    /// `{}/{team="a"}:{alertname="x"}`, as Alertmanager's.
    package var key: String
    package var members: Set<UInt64> = []
    /// Unix milliseconds.
    package var nextFlush: Int64
    /// As many as the receiver has integrations.
    package var lanes: [Lane]
    /// The time intervals that held the last flush back.
    package var mutedBy: [String] = []
}

/// Answer of `GET /api/tele/v1/trace/{id}/context`: a trace, its log records, what its services did around it, and the
/// alerts that fire for them.
package struct TeleContext: Codable, Sendable, Hashable {
    /// With ``TeleTrace/logs``.
    package var trace: TeleTrace
    /// Only the services that the trace went through, over the minute around it.
    package var services: TeleServices
    /// Names of firing alerts.
    package var alerts: [String]

    package init(trace: TeleTrace, services: TeleServices, alerts: [String]) {
        self.trace = trace
        self.services = services
        self.alerts = alerts
    }
}

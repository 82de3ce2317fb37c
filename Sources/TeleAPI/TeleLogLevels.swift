/// A level that `telectl loglevel` has set for the loggers of a service, until it ends by itself.
package struct TeleLogLevel: Codable, Sendable, Hashable {
    package var service: String
    /// A logger's label; with `*` at its end all that begin like it.
    package var label: String
    /// As swift-log names them: `trace`, `debug`, `info`, `notice`, `warning`, `error`, `critical`.
    package var level: String
    /// What is left of it.
    package var seconds: Int64

    package init(service: String, label: String, level: String, seconds: Int64) {
        self.service = service
        self.label = label
        self.level = level
        self.seconds = seconds
    }

    package static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
}

/// Answer of `GET /api/tele/v1/loglevels` (all services) and `GET /api/tele/v1/loglevels/{service}`.
///
/// `POST /api/tele/v1/loglevels/{service}?label=&level=&for=10m` sets one, the level `default` takes it away; the answer is
/// the list of the service. With `Accept: text/plain`, as the client library asks, a line is `LEVEL<tab>SECONDS<tab>LABEL`.
package struct TeleLogLevels: Codable, Sendable, Hashable {
    package var levels: [TeleLogLevel]

    package init(levels: [TeleLogLevel]) { self.levels = levels }
}

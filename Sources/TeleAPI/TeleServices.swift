/// What one service did in the window of ``TeleServices``.
package struct TeleService: Codable, Sendable, Hashable {
    package var name: String
    /// Root, server and consumer spans; all spans where the service has none of these.
    package var requests: Int
    /// Requests a second since the window's first span, or since its start where data began before it; over 1 s at least.
    package var rate: Double
    /// Requests with status error.
    package var errors: Int
    /// `errors / requests`, 0...1.
    package var errorRatio: Double
    /// Duration quantiles of the requests in nanoseconds, within 4 %.
    package var p50: Double
    package var p95: Double
    package var p99: Double
    /// All spans of the service in the window.
    package var spans: Int

    package init(
        name: String, requests: Int, rate: Double, errors: Int, errorRatio: Double, p50: Double, p95: Double,
        p99: Double, spans: Int
    ) {
        self.name = name
        self.requests = requests
        self.rate = rate
        self.errors = errors
        self.errorRatio = errorRatio
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.spans = spans
    }
}

/// Answer of `GET /api/tele/v1/services?since=15m`: ordered by name.
package struct TeleServices: Codable, Sendable, Hashable {
    /// Unix nanoseconds as decimal text.
    package var startUnixNano: String
    package var endUnixNano: String
    package var services: [TeleService]

    package init(startUnixNano: String, endUnixNano: String, services: [TeleService]) {
        self.startUnixNano = startUnixNano
        self.endUnixNano = endUnixNano
        self.services = services
    }
}

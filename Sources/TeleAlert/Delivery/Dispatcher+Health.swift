internal import TeleModel

extension Dispatcher {
    /// The name of the alert that tells of a receiver that can't be reached.
    package static let failureName = "TeleNotificationsFailing"

    /// An attempt succeeded (nil) or failed. Failures that last become an alert of their own, which goes to the other
    /// receivers and ends with the first success.
    package mutating func attempted(_ integration: IntegrationID, error: String?, isFinal: Bool, now: Int64) {
        var health = self.health[integration] ?? IntegrationHealth()
        defer { self.health[integration] = health }
        health.lastAttempt = now
        health.lastError = error
        guard let error else {
            health.delivered += 1
            if let since = health.failingSince {
                health.failingSince = nil
                tell(integration, since: since, "", endsAt: now, now: now)
            }
            return
        }
        health.failedAttempts += 1
        if isFinal { health.givenUp += 1 }
        let since = health.failingSince ?? now
        health.failingSince = since
        if isFinal || now.subtractingSaturated(since) >= AlertingLimits.failureGrace {
            // Each attempt sends it again; without any it ends.
            tell(integration, since: since, error, endsAt: now.addingSaturated(2 * 3_600_000), now: now)
        }
    }

    private mutating func tell(
        _ integration: IntegrationID, since: Int64, _ error: String, endsAt: Int64, now: Int64
    ) {
        let labels = LabelSet([
            ("alertname", Dispatcher.failureName), ("receiver", integration.receiver),
            ("integration", integration.integration), ("severity", "critical"),
        ])
        let fingerprint = AlertFingerprint.of(labels)
        guard endsAt > now || alerts[fingerprint] != nil else { return }
        let held = alerts[fingerprint]?.alert.annotations
        let summary = "notifications to \(integration.receiver) (\(integration.integration)) fail: \(error)"
        let alert = Alert(
            labels: labels, annotations: error.isEmpty ? held ?? .empty : LabelSet([("summary", summary)]),
            state: endsAt > now ? .firing : .resolved, activeAt: since, startsAt: since, endsAt: endsAt, value: 1,
            generatorURL: "")
        receive([HeldAlert(alert, origin: .delivery, isEndAssumed: false, now: now)], now: now)
    }
}

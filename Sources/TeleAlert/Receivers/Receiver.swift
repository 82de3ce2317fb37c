/// Who is notified, by which integrations; each of them gets every notification.
package struct Receiver: Sendable {
    package var name: String
    package var integrations: [Integration]
}

/// One way to reach someone, and whether the end of alerts is told there.
package struct Integration: Sendable {
    package enum Means: Sendable {
        case webhook(WebhookSettings)
        case slack(SlackSettings)
        case pagerDuty(PagerDutySettings)
        case email(EmailSettings)
        case command(CommandSettings)
    }

    package var means: Means
    package var sendsResolved: Bool
    /// `webhook[0]`: unique within the receiver, and the same after a restart.
    package var name: String

    /// `webhook`, `slack`, ...
    package var kind: String { String(name.prefix { $0 != "[" }) }
}

/// Which integration of which receiver.
package struct IntegrationID: Sendable, Hashable {
    package var receiver: String
    /// See ``Integration/name``.
    package var integration: String

    package init(receiver: String, integration: String) {
        self.receiver = receiver
        self.integration = integration
    }
}

internal import TeleAlert
internal import TeleModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Sends a notification by whatever means its integration has.
struct ReceiverTransport: Transport {
    var http: AlertHTTP
    /// For links; the address of this server.
    var externalURL: @Sendable () -> String
    /// A text that could not be made as it should be; the notification goes out all the same.
    var onProblem: @Sendable (IntegrationID, String) -> Void = { _, _ in }

    func deliver(_ notification: TeleAlert.Notification) async throws(DeliveryFailure) {
        let url = externalURL()
        let text = NotificationText(notification: notification, externalURL: url)
        switch notification.integration.means {
        case .webhook(let settings):
            let body = WebhookPayload.json(notification, externalURL: url, maxAlerts: settings.maxAlerts)
            try await post(body, settings.endpoint)
        case .slack(let settings):
            let body = SlackPayload.json(text, settings)
            report(text)
            try await post(body, settings.endpoint)
        case .pagerDuty(let settings):
            let key = try settings.routingKey.read()
            let body = PagerDutyPayload.json(text, settings, routingKey: key)
            report(text)
            try await post(body, settings.endpoint)
        case .email(let settings): try await mail(text, settings)
        case .command(let settings):
            let body = WebhookPayload.json(notification, externalURL: url, maxAlerts: 0)
            try await CommandRunner.run(settings, input: body, environment: ReceiverTransport.environment(notification))
        }
    }

    private func post(_ body: [UInt8], _ endpoint: HTTPEndpoint) async throws(DeliveryFailure) {
        try await http.post(body, to: try endpoint.url.read(), endpoint.http, timeout: endpoint.timeout)
    }

    private func report(_ text: NotificationText) {
        for problem in text.problems { onProblem(text.notification.key.integration, problem) }
    }

    private func mail(_ text: NotificationText, _ settings: EmailSettings) async throws(DeliveryFailure) {
        let from = text.expand(settings.from)
        let recipients = MailMessage.addresses(text.expand(settings.to))
        guard !recipients.isEmpty, let sender = MailMessage.addresses(from).first else {
            throw DeliveryFailure("to or from has no address", isRetryable: false)
        }
        let html = text.expand(settings.html)
        let message = MailMessage(
            from: from, to: recipients, subject: text.expand(settings.subject),
            headers: settings.headers.map { ($0.name, text.expand($0.value)) }, text: text.expand(settings.text),
            html: html.isEmpty ? nil : html, time: WallClock.milliseconds, id: UUID().uuidString)
        report(text)
        try await SMTPClient(settings: settings).send(message, recipients: recipients, sender: sender)
    }

    /// What a command is told beside the payload on its standard input.
    private static func environment(_ notification: TeleAlert.Notification) -> [String: String] {
        var out = [
            "TELE_STATUS": notification.isFiring ? "firing" : "resolved",
            "TELE_RECEIVER": notification.key.integration.receiver, "TELE_GROUP_KEY": notification.key.groupKey,
            "TELE_ALERTS_FIRING": "\(notification.items.count(where: \.isFiring))",
            "TELE_ALERTS_RESOLVED": "\(notification.items.count { !$0.isFiring })",
        ]
        for (name, value) in notification.common(\.labels).pairs {
            let plain = name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0 & 0xdf) || $0 == 0x5f
            }
            if plain, !value.contains("\0") { out["TELE_LABEL_\(name)"] = value }
        }
        return out
    }
}

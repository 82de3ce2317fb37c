internal import TeleAPI
internal import TeleAlert
internal import TeleModel

/// An event of PagerDuty's Events API v2: `trigger` while something of the group fires, then `resolve`, both under the
/// group's key.
enum PagerDutyPayload {
    /// PagerDuty's own limits, characters.
    private static let summary = 1024

    static func json(
        _ text: NotificationText, _ settings: PagerDutySettings, routingKey: String
    ) -> [UInt8] {
        let notification = text.notification
        var w = JSONWriter()
        w.beginObject()
        w.member("routing_key", routingKey)
        w.member("event_action", notification.isFiring ? "trigger" : "resolve")
        w.member("dedup_key", PagerDutyPayload.key(notification))
        w.member("client", settings.texts["client"].map(text.expand) ?? "tele")
        w.member("client_url", settings.texts["client_url"].map(text.expand) ?? text.link)
        w.key("payload")
        w.beginObject()
        w.member("summary", String((settings.texts["description"].map(text.expand) ?? text.subject).prefix(summary)))
        w.member(
            "source", settings.texts["source"].map(text.expand) ?? settings.texts["client"].map(text.expand) ?? "tele")
        w.member("severity", severity(notification, settings, text))
        for key in ["class", "component", "group"] {
            if let template = settings.texts[key] { w.member(key, text.expand(template)) }
        }
        w.key("custom_details")
        w.beginObject()
        var details = [
            ("firing", list(notification, isFiring: true)), ("resolved", list(notification, isFiring: false)),
            ("num_firing", "\(notification.items.count(where: \.isFiring))"),
            ("num_resolved", "\(notification.items.count { !$0.isFiring })"),
        ]
        for (name, value) in settings.details {
            details.removeAll { $0.0 == name }
            details.append((name, text.expand(value)))
        }
        for (name, value) in details { w.member(name, String(value.prefix(100_000))) }
        w.endObject()
        w.endObject()
        w.key("links")
        w.beginArray()
        for item in notification.items.prefix(AlertingLimits.listedAlerts) where !item.alert.generatorURL.isEmpty {
            w.beginObject()
            w.member("href", item.alert.generatorURL)
            w.member("text", item.alert.name)
            w.endObject()
        }
        w.endArray()
        w.endObject()
        return w.bytes
    }

    /// One of the four that PagerDuty knows.
    private static func severity(
        _ notification: Notification, _ settings: PagerDutySettings, _ words: NotificationText
    ) -> String {
        let text = (settings.texts["severity"].map(words.expand) ?? notification.common(\.labels)["severity"] ?? "")
            .lowercased()
        return ["critical", "error", "warning", "info"].contains(text) ? text : "error"
    }

    /// The group's key is longer than the 255 characters that are allowed.
    private static func key(_ notification: Notification) -> String {
        let bytes = Array(notification.key.groupKey.utf8)
        return AlertFingerprint.text(Hash64.of(bytes)) + AlertFingerprint.text(Hash64.of(bytes, seed: 1))
    }

    private static func list(_ notification: Notification, isFiring: Bool) -> String {
        var part = notification
        part.items.removeAll { $0.isFiring != isFiring }
        return NotificationText(notification: part, externalURL: "").list
    }
}

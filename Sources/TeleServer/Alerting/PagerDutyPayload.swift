internal import TeleAPI
internal import TeleAlert
internal import TeleModel

/// An event of PagerDuty's Events API v2: `trigger` while something of the group fires, then `resolve`, both under the
/// group's key.
enum PagerDutyPayload {
    /// PagerDuty's own limits, characters: of a summary, and of a detail so that all fit in 512 KiB.
    private static let (summary, detail) = (1024, 50_000)

    static func json(
        _ text: NotificationText, _ settings: PagerDutySettings, routingKey: String
    ) -> [UInt8] {
        let notification = text.notification
        var w = JSONWriter()
        w.beginObject()
        w.member("routing_key", routingKey)
        w.member("event_action", notification.isFiring ? "trigger" : "resolve")
        w.member("dedup_key", PagerDutyPayload.key(notification))
        for key in ["client", "client_url"] {
            if let template = settings.texts[key] { w.member(key, text.expand(template)) }
        }
        w.key("payload")
        w.beginObject()
        w.member("summary", String((settings.texts["description"].map(text.expand) ?? "").prefix(summary)))
        w.member("source", (settings.texts["source"] ?? settings.texts["client"]).map(text.expand) ?? "tele")
        w.member("severity", severity(settings, text))
        for key in ["class", "component", "group"] {
            if let template = settings.texts[key] { w.member(key, text.expand(template)) }
        }
        w.key("custom_details")
        w.beginObject()
        for (name, value) in settings.details { w.member(name, String(text.expand(value).prefix(detail))) }
        w.endObject()
        w.endObject()
        if !settings.images.isEmpty {
            w.key("images")
            w.beginArray()
            for image in settings.images { write(image, text, &w) }
            w.endArray()
        }
        w.key("links")
        w.beginArray()
        for link in settings.links { write(link, text, &w) }
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

    private static func write(
        _ members: [(name: String, value: NotificationTemplate)], _ text: NotificationText, _ w: inout JSONWriter
    ) {
        w.beginObject()
        for (name, value) in members { w.member(name, text.expand(value)) }
        w.endObject()
    }

    /// One of the four that PagerDuty knows.
    private static func severity(_ settings: PagerDutySettings, _ words: NotificationText) -> String {
        let text = (settings.texts["severity"].map(words.expand) ?? "").lowercased()
        return ["critical", "error", "warning", "info"].contains(text) ? text : "error"
    }

    /// The group's key is longer than the 255 characters that are allowed.
    private static func key(_ notification: Notification) -> String {
        let bytes = Array(notification.key.groupKey.utf8)
        return AlertFingerprint.text(Hash64.of(bytes)) + AlertFingerprint.text(Hash64.of(bytes, seed: 1))
    }
}

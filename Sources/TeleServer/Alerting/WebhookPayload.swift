internal import TeleAPI
internal import TeleAlert
internal import TeleModel

/// Alertmanager's webhook payload, version 4.
enum WebhookPayload {
    static func json(_ notification: Notification, externalURL: String, maxAlerts: Int) -> [UInt8] {
        var items = notification.items[...]
        var truncated = 0
        if maxAlerts > 0, items.count > maxAlerts {
            truncated = items.count - maxAlerts
            items = items.prefix(maxAlerts)
        }
        var w = JSONWriter(capacity: 512 * items.count + 512)
        w.beginObject()
        w.member("receiver", notification.key.integration.receiver)
        w.member("status", notification.isFiring ? "firing" : "resolved")
        w.key("alerts")
        w.beginArray()
        for item in items { write(item, &w) }
        w.endArray()
        w.member("groupLabels", notification.groupLabels)
        w.member("commonLabels", notification.common(\.labels))
        w.member("commonAnnotations", notification.common(\.annotations))
        w.member("externalURL", externalURL)
        w.member("version", "4")
        w.member("groupKey", notification.key.groupKey)
        w.key("truncatedAlerts")
        w.int(truncated)
        w.endObject()
        return w.bytes
    }

    private static func write(_ item: Notification.Item, _ w: inout JSONWriter) {
        w.beginObject()
        w.member("status", item.isFiring ? "firing" : "resolved")
        w.member("labels", item.alert.labels)
        w.member("annotations", item.alert.annotations)
        w.member("startsAt", AlertTime.text(item.alert.startsAt))
        w.member("endsAt", item.isFiring ? AlertTime.never : AlertTime.text(item.alert.endsAt))
        w.member("generatorURL", item.alert.generatorURL)
        w.member("fingerprint", AlertFingerprint.text(item.fingerprint))
        w.endObject()
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// As an object of texts.
    mutating func member(_ name: String, _ labels: LabelSet) {
        key(name)
        beginObject()
        for (name, value) in labels.pairs { member(name, value) }
        endObject()
    }
}

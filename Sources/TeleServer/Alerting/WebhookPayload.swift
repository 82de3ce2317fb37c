internal import TeleAPI
internal import TeleAlert
internal import TeleModel

/// Alertmanager's webhook payload, version 4. Alerts beyond `maxAlerts`, or beyond what a body may have, are counted in
/// `truncatedAlerts` and not told: a receiver that takes no hundred megabytes hears of the first.
enum WebhookPayload {
    static func json(_ notification: Notification, externalURL: String, maxAlerts: Int) -> [UInt8] {
        let items = maxAlerts > 0 ? notification.items.prefix(maxAlerts) : notification.items[...]
        var told = 0
        var w = JSONWriter(capacity: min(512 * items.count + 512, AlertingLimits.bodyBytes))
        w.beginObject()
        w.member("receiver", notification.key.integration.receiver)
        w.member("status", notification.isFiring ? "firing" : "resolved")
        w.key("alerts")
        w.beginArray()
        for item in items where w.bytes.count < AlertingLimits.bodyBytes {
            write(item, &w)
            told += 1
        }
        w.endArray()
        w.member("groupLabels", notification.groupLabels)
        w.member("commonLabels", notification.common(\.labels))
        w.member("commonAnnotations", notification.common(\.annotations))
        w.member("externalURL", externalURL)
        w.member("version", "4")
        w.member("groupKey", notification.key.groupKey)
        w.key("truncatedAlerts")
        w.int(notification.items.count - told)
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

internal import TeleAPI
internal import TeleAlert
internal import TeleModel

/// The words that people read where the configuration gives none.
struct NotificationText {
    var notification: Notification
    var externalURL: String

    /// `[FIRING:2] HighLatency checkout (warning)`: what the group has in common first, then what else its alerts share.
    var subject: String {
        let firing = notification.items.count(where: \.isFiring)
        let status = firing > 0 ? "[FIRING:\(firing)]" : "[RESOLVED]"
        let group = notification.groupLabels.pairs
        let rest = notification.common(\.labels).pairs.filter { label in !group.contains { $0 == label } }
        let extra = rest.isEmpty ? "" : "(\(rest.map(\.value).joined(separator: " ")))"
        return [status, group.map(\.value).joined(separator: " "), extra].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Each alert with its labels, annotations and links; not more than people read.
    var list: String {
        var out = ""
        for item in notification.items.prefix(AlertingLimits.listedAlerts) {
            let alert = item.alert
            out += "\(item.isFiring ? "FIRING" : "RESOLVED") \(alert.name) since \(AlertTime.text(alert.startsAt))\n"
            for (name, value) in alert.annotations.pairs { out += "  \(name): \(value)\n" }
            for (name, value) in alert.labels.pairs where name != "alertname" { out += "  \(name) = \(value)\n" }
            if !alert.generatorURL.isEmpty { out += "  graph: \(alert.generatorURL)\n" }
            out += "\n"
        }
        let more = notification.items.count - AlertingLimits.listedAlerts
        if more > 0 { out += "and \(more) more: \(link)\n" }
        return out
    }

    /// What Alertmanager's API shows of the receiver.
    var link: String {
        externalURL + "/alertmanager/api/v2/alerts?receiver="
            + NotificationText.escaped(notification.key.integration.receiver)
    }

    /// What the configuration says, with its fields filled in.
    func expand(_ template: FieldTemplate) -> String {
        template.text(notification, externalURL: externalURL, subject: { subject }, list: { list }, link: { link })
    }

    static func escaped(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}

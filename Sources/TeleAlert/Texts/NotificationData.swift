internal import TeleModel
package import TeleQuery

/// What texts of a notification are made of: Alertmanager's `template.Data`, for all texts of one notification.
package final class NotificationData: Sendable {
    let receiver: String
    let status: String
    let all: [Notification.Item]
    let firing: [Notification.Item]
    let resolved: [Notification.Item]
    let groupLabels: LabelSet
    let commonLabels: LabelSet
    let commonAnnotations: LabelSet
    let externalURL: String
    /// Of the flush; unix milliseconds.
    let time: Int64

    package convenience init(_ notification: Notification, externalURL: String) {
        self.init(
            receiver: notification.key.integration.receiver, items: notification.items,
            groupLabels: notification.groupLabels, commonLabels: notification.common(\.labels),
            commonAnnotations: notification.common(\.annotations), externalURL: externalURL, time: notification.time)
    }

    init(
        receiver: String, items: [Notification.Item], groupLabels: LabelSet, commonLabels: LabelSet,
        commonAnnotations: LabelSet, externalURL: String, time: Int64
    ) {
        self.receiver = receiver
        all = items
        firing = items.filter(\.isFiring)
        resolved = items.filter { !$0.isFiring }
        status = firing.isEmpty ? "resolved" : "firing"
        self.groupLabels = groupLabels
        self.commonLabels = commonLabels
        self.commonAnnotations = commonAnnotations
        self.externalURL = externalURL
        self.time = time
    }
}

extension NotificationData: LogTemplateObject {
    package func member(
        _ name: String, _ arguments: [LogTemplateValue]
    ) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "Receiver": .string(receiver)
        case "Status": .string(status)
        case "Alerts": .object(AlertsObject(items: all))
        case "GroupLabels": .object(LabelsObject(labels: groupLabels))
        case "CommonLabels": .object(LabelsObject(labels: commonLabels))
        case "CommonAnnotations": .object(LabelsObject(labels: commonAnnotations))
        case "ExternalURL": .string(externalURL)
        default: nil
        }
    }

    package var printed: String { "{\(receiver) \(status)}" }
}

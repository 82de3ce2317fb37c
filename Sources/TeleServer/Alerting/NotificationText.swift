internal import TeleAlert

/// The texts of one notification, expanded when a payload asks for them, and what was wrong with them.
final class NotificationText {
    let notification: Notification
    private let data: NotificationData
    private(set) var problems: [String] = []

    init(notification: Notification, externalURL: String) {
        self.notification = notification
        data = NotificationData(notification, externalURL: externalURL)
    }

    func expand(_ template: NotificationTemplate) -> String {
        let (text, problem) = template.expanded(data)
        if let problem { problems.append(problem) }
        return text
    }
}

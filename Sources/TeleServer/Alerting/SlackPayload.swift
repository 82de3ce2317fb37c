internal import TeleAPI
internal import TeleAlert

/// The body for Slack's incoming webhooks: one attachment.
enum SlackPayload {
    static func json(_ text: NotificationText, _ settings: SlackSettings) -> [UInt8] {
        var w = JSONWriter()
        w.beginObject()
        if let channel = settings.channel { w.member("channel", text.expand(channel)) }
        for key in ["username", "icon_emoji", "icon_url"] { member(key, nil, settings, text, &w) }
        w.key("attachments")
        w.beginArray()
        w.beginObject()
        let subject = text.subject
        member("title", subject, settings, text, &w)
        member("title_link", text.link, settings, text, &w)
        member("text", text.list, settings, text, &w)
        member("fallback", subject + " | " + text.link, settings, text, &w)
        member("color", text.notification.isFiring ? "danger" : "good", settings, text, &w)
        for key in ["pretext", "footer", "callback_id", "image_url", "thumb_url"] {
            member(key, nil, settings, text, &w)
        }
        w.key("mrkdwn_in")
        w.beginArray()
        for part in ["fallback", "pretext", "text"] { w.string(part) }
        w.endArray()
        if !settings.fields.isEmpty {
            w.key("fields")
            w.beginArray()
            for field in settings.fields {
                w.beginObject()
                w.member("title", text.expand(field.title))
                w.member("value", text.expand(field.value))
                w.key("short")
                w.bool(field.isShort)
                w.endObject()
            }
            w.endArray()
        }
        w.endObject()
        w.endArray()
        w.endObject()
        return w.bytes
    }

    /// What is configured, or else the default; Slack refuses texts over 40,000 characters, and shows less.
    private static func member(
        _ key: String, _ fallback: String?, _ settings: SlackSettings, _ notification: NotificationText,
        _ w: inout JSONWriter
    ) {
        guard let text = settings.texts[key].map(notification.expand) ?? fallback else { return }
        w.member(key, String(text.prefix(8000)))
    }
}

internal import TeleAPI
internal import TeleAlert

/// The body for Slack's incoming webhooks: one attachment.
enum SlackPayload {
    /// Slack refuses texts over 40,000 characters, and shows less.
    private static let longest = 8000

    static func json(_ text: NotificationText, _ settings: SlackSettings) -> [UInt8] {
        var w = JSONWriter()
        func member(_ name: String, _ template: NotificationTemplate?) {
            guard let value = template.map(text.expand), !value.isEmpty else { return }
            w.member(name, String(value.prefix(longest)))
        }
        w.beginObject()
        member("channel", settings.channel)
        for key in ["username", "icon_emoji", "icon_url"] { member(key, settings.texts[key]) }
        if settings.linksNames {
            w.key("link_names")
            w.bool(true)
        }
        w.key("attachments")
        w.beginArray()
        w.beginObject()
        for key in [
            "title", "title_link", "text", "fallback", "color", "pretext", "footer", "callback_id", "image_url",
            "thumb_url",
        ] {
            member(key, settings.texts[key])
        }
        w.key("mrkdwn_in")
        w.beginArray()
        for part in settings.marked { w.string(part) }
        w.endArray()
        if !settings.fields.isEmpty {
            w.key("fields")
            w.beginArray()
            for field in settings.fields {
                w.beginObject()
                w.member("title", text.expand(field.title))
                w.member("value", String(text.expand(field.value).prefix(longest)))
                w.key("short")
                w.bool(field.isShort)
                w.endObject()
            }
            w.endArray()
        }
        if !settings.actions.isEmpty {
            w.key("actions")
            w.beginArray()
            for action in settings.actions { write(action, text, &w) }
            w.endArray()
        }
        w.endObject()
        w.endArray()
        w.endObject()
        return w.bytes
    }

    private static func write(
        _ action: [(name: String, value: NotificationTemplate)], _ text: NotificationText, _ w: inout JSONWriter
    ) {
        let question = "confirm."
        w.beginObject()
        for (name, value) in action where !name.hasPrefix(question) { w.member(name, text.expand(value)) }
        let asked = action.filter { $0.name.hasPrefix(question) }
        if !asked.isEmpty {
            w.key("confirm")
            w.beginObject()
            for (name, value) in asked { w.member(String(name.dropFirst(question.count)), text.expand(value)) }
            w.endObject()
        }
        w.endObject()
    }
}

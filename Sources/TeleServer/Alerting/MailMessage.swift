internal import TeleAlert
internal import TeleModel

/// A mail as SMTP takes it: headers, and a body in base64, so that no line is too long and no byte is lost.
struct MailMessage {
    var from: String
    var to: [String]
    var subject: String
    var headers: [(name: String, value: String)]
    var text: String
    var html: String?
    /// Unix milliseconds, and what makes the message's id unique.
    var time: Int64
    var id: String

    /// Lines end in CRLF; a dot at the start of one is doubled; the last line is the dot that ends it.
    var smtpData: [UInt8] {
        let boundary = "tele-\(id)"
        var lines: [String] = []
        func header(_ name: String, _ value: String) {
            lines.append("\(name): \(MailMessage.encoded(MailMessage.oneLine(value)))")
        }
        let named = Set(headers.map { $0.name.lowercased() })
        if !named.contains("from") { header("From", from) }
        if !named.contains("to") { header("To", to.joined(separator: ", ")) }
        if !named.contains("subject") { header("Subject", subject) }
        for (name, value) in headers { header(name, value) }
        lines.append("Date: \(CalendarTime(unixSeconds: Int(time / 1000)).http.replacing("GMT", with: "+0000"))")
        lines.append("Message-ID: <\(id)@tele>")
        lines.append("MIME-Version: 1.0")
        func part(_ type: String, _ text: String) -> [String] {
            ["Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: base64", ""]
                + MailMessage.folded(Base64.text(Array(text.utf8)))
        }
        if let html {
            lines += ["Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "", "--\(boundary)"]
            lines += part("text/plain", text) + ["--\(boundary)"] + part("text/html", html) + ["--\(boundary)--"]
        } else {
            lines += part("text/plain", text)
        }
        let stuffed = lines.map { $0.hasPrefix(".") ? "." + $0 : $0 }
        return Array((stuffed.joined(separator: "\r\n") + "\r\n.\r\n").utf8)
    }

    /// The addresses of a list: `Ops <ops@x>, b@x`.
    static func addresses(_ text: String) -> [String] {
        text.split(separator: ",").map { part in
            if let open = part.lastIndex(of: "<"), let close = part.lastIndex(of: ">"), open < close {
                return String(part[part.index(after: open)..<close])
            }
            return part.filter { !$0.isWhitespace }
        }.filter { !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3c && $0 != 0x3e } }
    }

    /// Line breaks and other control characters of labels as blanks.
    private static func oneLine(_ value: String) -> String {
        var out = ""
        for scalar in value.unicodeScalars {
            let isControl = scalar.value < 0x20 || scalar.value == 0x7f
            out.unicodeScalars.append(isControl ? " " : scalar)
        }
        return out
    }

    /// RFC 2047 where it is not plain ASCII; line breaks of labels must not become headers.
    private static func encoded(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } && value.utf8.count <= 900
        if isPlain { return value }
        var words: [String] = []
        var word = ""
        for character in value.prefix(4000) {
            if word.utf8.count + character.utf8.count > 42 {
                words.append(word)
                word = ""
            }
            word.append(character)
        }
        words.append(word)
        return words.map { "=?utf-8?B?\(Base64.text(Array($0.utf8)))?=" }.joined(separator: "\r\n ")
    }

    private static func folded(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 76).map {
            String(decoding: bytes[$0..<min($0 + 76, bytes.count)], as: UTF8.self)
        }
    }
}

internal import TeleModel

/// What a piece of text is, not how it looks: the one place that knows escape codes is ``Style/paint(_:_:)``.
package enum Ink: Hashable, Sendable {
    case plain, dim, strong, error, warning, good, accent
    /// The row that the cursor is on, over its whole width.
    case selected
    /// One of the service colours, chosen by the name's hash so that a service looks the same in every trace.
    case service(Int)
}

/// How to draw: with or without colour, with box characters or plain ASCII.
package struct Style: Sendable, Equatable {
    package var color: Bool
    package var unicode: Bool

    package static let plain = Style(color: false, unicode: true)

    package init(color: Bool, unicode: Bool) {
        self.color = color
        self.unicode = unicode
    }

    /// 256-colour codes that are legible on dark and on light ground and never red, which means error.
    private static let serviceCodes = [39, 35, 178, 141, 37, 208, 75, 107, 175, 67, 143, 73]

    package static func service(_ name: String) -> Ink {
        .service(Int(Hash64.of(name) % UInt64(serviceCodes.count)))
    }

    package func paint(_ text: String, _ ink: Ink) -> String {
        guard color, ink != .plain, !text.isEmpty else { return text }
        let code =
            switch ink {
            case .plain: "0"
            case .dim: "2"
            case .strong: "1"
            case .error: "1;31"
            case .warning: "33"
            case .good: "32"
            case .accent: "36"
            case .selected: "7"
            case .service(let slot): "38;5;\(Self.serviceCodes[slot % Self.serviceCodes.count])"
            }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }
}

/// The drawing characters of a style.
package struct Glyphs: Sendable {
    package let branch, lastBranch, through, blank: String
    package let bar, criticalBar, thinBar, errorMark, event, ellipsis, tick, times, orphan, dot: String

    package init(_ style: Style) {
        if style.unicode {
            (branch, lastBranch, through, blank) = ("├─ ", "└─ ", "│  ", "   ")
            (bar, criticalBar, thinBar, errorMark, event) = ("░", "█", "▏", "✗", "◆")
            (ellipsis, tick, times, orphan, dot) = ("…", "┆", "×", "⚠", "·")
        } else {
            (branch, lastBranch, through, blank) = ("|- ", "`- ", "|  ", "   ")
            (bar, criticalBar, thinBar, errorMark, event) = ("-", "#", "'", "!", "*")
            (ellipsis, tick, times, orphan, dot) = ("~", "|", "x", "?", "-")
        }
    }
}

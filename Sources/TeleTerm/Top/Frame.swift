/// What stands on the terminal, so that only lines that changed are sent: over ssh a quiet screen costs next to nothing.
package struct Frame: Sendable {
    private var shown: [String] = []

    package init() {}

    /// Forgets what stands there: after a resize or a stop nobody knows.
    package mutating func forget() { shown = [] }

    /// The bytes that turn what stands there into `lines`; "" where nothing changed.
    package mutating func update(_ lines: [String], width: Int) -> String {
        var out = ""
        if shown.isEmpty { out += "\u{1b}[0m\u{1b}[2J" }
        for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
            let (text, used) = Frame.clip(line, to: width)
            // After a full line the cursor stands on its last column: erasing there would take that away.
            out += "\u{1b}[\(row + 1);1H" + text + (used < width ? "\u{1b}[0m\u{1b}[K" : "\u{1b}[0m")
        }
        if shown.count > lines.count { out += "\u{1b}[\(lines.count + 1);1H\u{1b}[J" }
        shown = lines
        return out
    }

    /// Cut to `width` columns, of which `used` are taken; escape sequences take none. Up to the column `anchorsBelow`
    /// (default: `width`) the cursor is set anew after each character that terminals disagree on.
    package static func clip(
        _ line: String, to width: Int, anchorsBelow last: Int? = nil
    ) -> (text: String, used: Int) {
        var out = ""
        var used = 0
        var isSequence = false
        for character in line {
            if isSequence || character == "\u{1b}" {
                out.append(character)
                isSequence = character == "\u{1b}" || !(character.isLetter)
                continue
            }
            let columns = TextWidth.of(character)
            if used + columns > width { break }
            used += columns
            out.append(character)
            if used < last ?? width, TextWidth.isSequence(character) { out += "\u{1b}[\(used + 1)G" }
        }
        return (out, used)
    }
}

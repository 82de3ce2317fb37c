/// Columns that text takes on a terminal, and fitting text to columns.
package enum TextWidth {
    /// Replaces what would move the cursor or speak to the terminal (control characters, escape sequences, direction
    /// marks): names come from strangers.
    package static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\t" || scalar == "\r" {
                out.append(" ")
            } else {
                out.append(isUnsafe(scalar) ? "\u{fffd}" : scalar)
            }
        }
        return String(out)
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
        default: false
        }
    }

    /// 0 for combining marks, 2 for East Asian wide characters and emoji, else 1 (Unicode Standard Annex 11).
    package static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        let value = first.value
        if value < 0x300 { return 1 }
        if character.unicodeScalars.contains(where: { $0.value == 0xfe0f }) { return 2 }
        if first.properties.generalCategory == .nonspacingMark || first.properties.generalCategory == .enclosingMark
            || value == 0x200b || value == 0x200d
        {
            return 0
        }
        return isWide(value) || first.properties.isEmojiPresentation ? 2 : 1
    }

    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
            0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe4f, 0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
            true
        default: false
        }
    }

    package static func of(_ text: String) -> Int {
        var width = 0
        for character in text { width += of(character) }
        return width
    }

    /// Cut to at most `width` columns, ending in `ellipsis` where something was cut.
    package static func cut(_ text: String, to width: Int, ellipsis: String = "…") -> String {
        guard width > 0 else { return "" }
        // A text of fewer bytes than columns always fits; counting graphemes is the dear part.
        if text.utf8.count <= width || of(text) <= width { return text }
        var out = ""
        var used = 0
        for character in text {
            let columns = of(character)
            if used + columns > width - 1 { break }
            out.append(character)
            used += columns
        }
        return out + ellipsis
    }

    package enum Side: Sendable { case left, right }

    /// Exactly `width` columns: cut or padded on the side away from `side`.
    package static func fit(_ text: String, to width: Int, _ side: Side = .left, ellipsis: String = "…") -> String {
        let short = cut(text, to: width, ellipsis: ellipsis)
        let padding = String(repeating: " ", count: max(0, width - of(short)))
        return side == .left ? short + padding : padding + short
    }
}

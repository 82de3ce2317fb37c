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
        case 0..<0x20, 0x7f..<0xa0, 0x61c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
        default: false
        }
    }

    /// What a terminal that draws character by character gives a grapheme: the sum of its scalars, so that Indic
    /// clusters take what their letters take; emoji sequences (joined, flags, keycaps) are one picture of two columns.
    package static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return 0 }
        if scalars.count == 1 { return of(first) }
        if isSequence(character) { return 2 }
        var width = 0
        for scalar in scalars { width += of(scalar) }
        return width
    }

    /// A picture of several scalars. Terminals of today give it two columns, older ones one, or two for each part: what
    /// comes after it on a line that has to be straight needs a place of its own (``anchored(_:width:)``).
    static func isSequence(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        guard let first = scalars.first, first.value < 0x300 || first.value > 0x2000, first.properties.isEmoji else {
            return false
        }
        return scalars.dropFirst().contains { second in
            switch second.value {
            case 0xfe0f, 0x200d, 0x1f1e6...0x1f1ff, 0x1f3fb...0x1f3ff, 0xe0020...0xe007f: true
            default: false
            }
        }
    }

    /// For a terminal: after each character of uncertain width the cursor is set to the column that it should be at.
    package static func anchored(_ line: String, width: Int) -> String {
        // Every picture has a scalar of three bytes or more.
        guard line.utf8.contains(where: { $0 >= 0xe2 }) else { return line }
        return Frame.clip(line, to: .max, anchorsBelow: width).text
    }

    /// 0 for marks and format characters, 2 for East Asian wide characters and emoji, else 1 (Unicode Standard Annex 11).
    private static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return 1 }
        // Vowels and finals of Hangul join the syllable before them.
        if 0x1160...0x11ff ~= value || 0xd7b0...0xd7fb ~= value { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        // Half of a flag.
        if 0x1f1e6...0x1f1ff ~= value { return 1 }
        return isWide(value) || scalar.properties.isEmojiPresentation ? 2 : 1
    }

    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf,
            0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6b, 0xff01...0xff60,
            0xffe0...0xffe6, 0x16fe0...0x1b2fb, 0x1f200...0x1f265, 0x20000...0x3fffd:
            true
        default: false
        }
    }

    package static func of(_ text: String) -> Int {
        var width = 0
        for character in text { width += of(character) }
        return width
    }

    /// Cut to at most `width` columns, ending in `ellipsis` where something was cut; isolated as ``isolated(_:)`` says.
    package static func cut(_ text: String, to width: Int, ellipsis: String = "…") -> String {
        guard width > 0 else { return "" }
        // A text of fewer bytes than columns always fits; counting graphemes is the dear part.
        if text.utf8.count <= width || of(text) <= width { return isolated(text) }
        var out = ""
        var used = 0
        for character in text where character != firstStrongIsolate && character != popIsolate {
            let columns = of(character)
            if used + columns > width - 1 { break }
            out.append(character)
            used += columns
        }
        return isolated(out + ellipsis)
    }

    private static let firstStrongIsolate: Character = "\u{2068}"
    private static let popIsolate: Character = "\u{2069}"

    /// Text with right-to-left letters between marks that keep a terminal which reorders (VTE, mlterm) from mixing it
    /// with the cells beside it. The marks take no columns; ``clean(_:)`` has taken out those of strangers.
    package static func isolated(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0xd6 }), text.first != firstStrongIsolate,
            text.unicodeScalars.contains(where: isRightToLeft)
        else { return text }
        return String(firstStrongIsolate) + text + String(popIsolate)
    }

    /// Hebrew to Arabic Extended-A, presentation forms, and the scripts of the supplementary plane.
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x590...0x8ff, 0xfb1d...0xfdff, 0xfe70...0xfefe, 0x10800...0x10fff, 0x1e800...0x1efff: true
        default: false
        }
    }

    /// Pieces one after another, on a new line where one has no room; escape sequences in them take none.
    package static func flow(_ pieces: [String], separator: String, to width: Int) -> [String] {
        var lines: [String] = []
        var used = 0
        for piece in pieces {
            let columns = Frame.clip(piece, to: .max, anchorsBelow: 0).used
            let gap = of(separator)
            if let last = lines.indices.last, columns <= width - used - gap {
                lines[last] += separator + piece
                used += gap + columns
            } else {
                let (text, columns) = columns > width ? Frame.clip(piece, to: width, anchorsBelow: 0) : (piece, columns)
                lines.append(text)
                used = columns
            }
        }
        return lines
    }

    package enum Side: Sendable { case left, right }

    /// Exactly `width` columns: cut or padded on the side away from `side`.
    package static func fit(_ text: String, to width: Int, _ side: Side = .left, ellipsis: String = "…") -> String {
        let short = cut(text, to: width, ellipsis: ellipsis)
        let padding = String(repeating: " ", count: max(0, width - of(short)))
        return side == .left ? short + padding : padding + short
    }
}

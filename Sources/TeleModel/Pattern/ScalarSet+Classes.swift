extension ScalarSet {
    /// `[:name:]` of POSIX, as RE2 has them: ASCII only.
    internal static func posix(_ name: String) -> ScalarSet? {
        switch name {
        case "alnum": ScalarSet([0x30...0x39, 0x41...0x5a, 0x61...0x7a])
        case "alpha": ScalarSet([0x41...0x5a, 0x61...0x7a])
        case "ascii": ScalarSet([0...0x7f])
        case "blank": ScalarSet([0x09...0x09, 0x20...0x20])
        case "cntrl": ScalarSet([0...0x1f, 0x7f...0x7f])
        case "digit": digits
        case "graph": ScalarSet([0x21...0x7e])
        case "lower": ScalarSet([0x61...0x7a])
        case "print": ScalarSet([0x20...0x7e])
        case "punct": ScalarSet([0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e])
        case "space": ScalarSet([0x09...0x0d, 0x20...0x20])
        case "upper": ScalarSet([0x41...0x5a])
        case "word": words
        case "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
        default: nil
        }
    }

    /// `\p{name}`: the general categories, and the scripts that logs and labels are written in.
    internal static func unicode(_ name: String) -> ScalarSet? {
        if name == "Any" { return any }
        if let script = scripts[name] { return ScalarSet(script) }
        let wanted = Array(name.utf8)
        guard (1...2).contains(wanted.count) else { return nil }
        var out: [ClosedRange<UInt32>] = []
        for (category, ranges) in categories where category.utf8.starts(with: wanted) {
            out.append(contentsOf: ranges)
        }
        return out.isEmpty ? nil : ScalarSet(out)
    }

    /// Blocks of scripts, not the property itself (which the standard library lacks): close enough for searching.
    private static let scripts: [String: [ClosedRange<UInt32>]] = [
        "Latin": [
            0x41...0x5a, 0x61...0x7a, 0xaa...0xaa, 0xba...0xba, 0xc0...0xd6, 0xd8...0xf6, 0xf8...0x2b8,
            0x1e00...0x1eff, 0x2c60...0x2c7f, 0xa722...0xa787, 0xff21...0xff3a, 0xff41...0xff5a,
        ],
        "Greek": [
            0x370...0x373, 0x375...0x377, 0x37a...0x37d, 0x37f...0x37f, 0x384...0x384, 0x386...0x386,
            0x388...0x3e1, 0x3f0...0x3ff, 0x1f00...0x1fff,
        ],
        "Cyrillic": [0x400...0x484, 0x487...0x52f, 0x1c80...0x1c88, 0x2de0...0x2dff, 0xa640...0xa69f],
        "Armenian": [0x531...0x556, 0x559...0x58a],
        "Hebrew": [0x591...0x5f4, 0xfb1d...0xfb4f],
        "Arabic": [0x600...0x604, 0x606...0x60b, 0x60d...0x61a, 0x61c...0x61e, 0x620...0x6ff, 0x750...0x77f],
        "Devanagari": [0x900...0x950, 0x955...0x963, 0x966...0x97f],
        "Thai": [0xe01...0xe3a, 0xe40...0xe5b],
        "Hangul": [0x1100...0x11ff, 0x3131...0x318e, 0xac00...0xd7a3],
        "Hiragana": [0x3041...0x3096, 0x309d...0x309f],
        "Katakana": [0x30a1...0x30fa, 0x30fd...0x30ff, 0x31f0...0x31ff, 0xff66...0xff9d],
        "Han": [
            0x2e80...0x2fd5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029, 0x3038...0x303b, 0x3400...0x4dbf,
            0x4e00...0x9fff, 0xf900...0xfad9, 0x20000...0x323af,
        ],
    ]

    /// Made at the first use: one walk over all scalars.
    private static let categories: [String: [ClosedRange<UInt32>]] = {
        var out: [String: [ClosedRange<UInt32>]] = [:]
        var current: Unicode.GeneralCategory?
        var start: UInt32 = 0
        for value in 0...(last + 1) {
            let category = Unicode.Scalar(value)?.properties.generalCategory
            if category == current, value <= last { continue }
            if let current, value > start, let name = short(current) {
                out[name, default: []].append(start...(value - 1))
            }
            current = category
            start = value
        }
        return out
    }()

    private static func short(_ category: Unicode.GeneralCategory) -> String? {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .privateUse: "Co"
        default: nil
        }
    }
}

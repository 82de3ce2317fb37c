/// A series as one row of bars that stand on zero.
package enum Sparkline {
    private static let bars = Array(" ▁▂▃▄▅▆▇█")
    private static let asciiBars = Array(" .:-=+*#")

    /// The newest values on the right; a value that is not finite is a gap. Exactly `width` columns.
    package static func text(_ values: [Double], width: Int, unicode: Bool) -> String {
        guard width > 0 else { return "" }
        let shown = values.suffix(width)
        let most = shown.filter(\.isFinite).max() ?? 0
        let glyphs = unicode ? bars : asciiBars
        var out = String(repeating: " ", count: width - shown.count)
        for value in shown {
            guard value.isFinite, value > 0, most > 0 else {
                out.append(value.isFinite ? glyphs[1] : " ")
                continue
            }
            out.append(glyphs[max(1, Int((value / most * Double(glyphs.count - 1)).rounded()))])
        }
        return out
    }
}

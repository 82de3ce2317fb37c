/// Columns of fixed widths, so that numbers that change don't make the screen jump; what has no room goes, the columns
/// of the highest `rank` first. Lines have exactly the grid's width.
struct TopGrid {
    struct Column {
        var title: String
        /// At least this many columns; those that `grow` share what is left.
        var width: Int
        var side = TextWidth.Side.left
        var grow = false
        /// 0 never goes.
        var rank = 0
    }

    typealias Cell = (text: String, ink: Ink)

    private let columns: [(Column, width: Int)?]
    private let width: Int
    private let style: Style
    private let ellipsis: String

    init(_ columns: [Column], width: Int, style: Style) {
        var kept = columns.map { Optional($0) }
        func needed() -> Int { kept.compactMap { $0.map { $0.width + 1 } }.reduce(1, +) }
        while needed() > width,
            let last = kept.indices.filter({ (kept[$0]?.rank ?? 0) > 0 }).max(by: {
                (kept[$0]?.rank ?? 0) < (kept[$1]?.rank ?? 0)
            })
        { kept[last] = nil }
        var free = max(0, width - needed())
        var growing = kept.count { $0?.grow == true }
        self.columns = kept.map { column in
            guard let column else { return nil }
            guard column.grow else { return (column, column.width) }
            let share = free / growing
            free -= share
            growing -= 1
            return (column, column.width + share)
        }
        self.width = width
        self.style = style
        ellipsis = Glyphs(style).ellipsis
    }

    var head: String {
        var out = " "
        for case .some(let (column, width)) in columns {
            out += " " + TextWidth.fit(column.title, to: width, column.side)
        }
        return style.paint(TextWidth.fit(out, to: width, ellipsis: ellipsis), .dim)
    }

    /// The width that a column has, 0 where it went.
    func width(_ title: String) -> Int { columns.first { $0?.0.title == title }??.width ?? 0 }

    func line(_ cells: [Cell], isSelected: Bool) -> String {
        var out = isSelected ? ">" : " "
        for (column, cell) in zip(columns, cells) {
            guard let (column, width) = column else { continue }
            let text = TextWidth.fit(TextWidth.clean(cell.text), to: width, column.side, ellipsis: ellipsis)
            out += " " + (isSelected && style.color ? text : style.paint(text, cell.ink))
        }
        return isSelected && style.color ? style.paint(out, .selected) : out
    }
}

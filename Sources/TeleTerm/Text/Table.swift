/// Rows of cells in aligned columns.
package struct Table: Sendable {
    package struct Column: Sendable {
        package var title: String
        package var side: TextWidth.Side
        /// What there is no room for goes, the highest first; 0 stays.
        package var rank: Int

        package init(_ title: String, _ side: TextWidth.Side = .left, rank: Int = 0) {
            self.title = title
            self.side = side
            self.rank = rank
        }
    }

    package struct Cell: Sendable {
        package var text: String
        package var ink: Ink

        package init(_ text: String, _ ink: Ink = .plain) {
            self.text = TextWidth.clean(text)
            self.ink = ink
        }
    }

    package var columns: [Column]
    package var rows: [[Cell]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    package mutating func add(_ cells: [Cell]) { rows.append(cells) }

    /// Left-aligned columns give way down to this, before columns go.
    private static let least = 8
    private static let gap = 2

    /// No line is wider than `width`. Where it is short, columns of the highest rank go first, then the widest
    /// left-aligned ones give way, and last those of numbers.
    package func lines(width: Int, style: Style) -> [String] {
        let ellipsis = Glyphs(style).ellipsis
        let (shown, widths) = layout(width)
        let head = shown.map { TextWidth.fit(columns[$0].title, to: widths[$0], columns[$0].side, ellipsis: ellipsis) }
        let gap = String(repeating: " ", count: Table.gap)
        var out = [style.paint(Table.trimmed(head.joined(separator: gap)), .dim)]
        for row in rows {
            var line = ""
            for (place, i) in shown.enumerated() where i < row.count {
                let cell = row[i]
                let isLast = i == row.count - 1 && columns[i].side == .left
                let text =
                    isLast
                    ? TextWidth.cut(cell.text, to: widths[i], ellipsis: ellipsis)
                    : TextWidth.fit(cell.text, to: widths[i], columns[i].side, ellipsis: ellipsis)
                line += (place == 0 ? "" : gap) + style.paint(text, cell.ink)
            }
            out.append(line)
        }
        return out
    }

    /// The columns that are drawn, and the width of each of all.
    private func layout(_ width: Int) -> (shown: [Int], widths: [Int]) {
        var widths = columns.map { TextWidth.of($0.title) }
        for row in rows {
            for (i, cell) in row.enumerated() where i < widths.count {
                widths[i] = max(widths[i], TextWidth.of(cell.text))
            }
        }
        var shown = Array(columns.indices)
        func needed(_ widths: [Int]) -> Int {
            shown.reduce(0) { $0 + widths[$1] } + max(0, shown.count - 1) * Table.gap
        }
        func room(_ least: Int) -> [Int] {
            columns.indices.map { columns[$0].side == .left ? min(widths[$0], least) : widths[$0] }
        }
        while needed(room(Table.least)) > width, let last = shown.max(by: { columns[$0].rank < columns[$1].rank }),
            columns[last].rank > 0
        {
            shown.removeAll { $0 == last }
        }
        let steps: [(side: TextWidth.Side, least: Int)] = [(.left, Table.least), (.left, 3), (.right, 3), (.right, 0)]
        for step in steps {
            var over = needed(widths) - width
            while over > 0,
                let widest = shown.filter({ columns[$0].side == step.side && widths[$0] > step.least })
                    .max(by: { widths[$0] < widths[$1] })
            {
                widths[widest] -= 1
                over -= 1
            }
        }
        return (shown, widths)
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}

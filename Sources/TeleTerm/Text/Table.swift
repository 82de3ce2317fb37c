/// Rows of cells in aligned columns. The last left-aligned column is cut where the width is short.
package struct Table: Sendable {
    package struct Column: Sendable {
        package var title: String
        package var side: TextWidth.Side

        package init(_ title: String, _ side: TextWidth.Side = .left) {
            self.title = title
            self.side = side
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

    /// The widest left-aligned columns give way until the table fits.
    package func lines(width: Int, style: Style) -> [String] {
        var widths = columns.map { TextWidth.of($0.title) }
        for row in rows {
            for (i, cell) in row.enumerated() where i < widths.count {
                widths[i] = max(widths[i], TextWidth.of(cell.text))
            }
        }
        let gaps = max(0, columns.count - 1) * 2
        while widths.reduce(0, +) + gaps > width,
            let widest = widths.indices.filter({ columns[$0].side == .left && widths[$0] > 8 }).max(by: {
                widths[$0] < widths[$1]
            })
        {
            widths[widest] -= 1
        }
        let head = columns.indices.map { TextWidth.fit(columns[$0].title, to: widths[$0], columns[$0].side) }
        var out = [style.paint(Table.trimmed(head.joined(separator: "  ")), .dim)]
        for row in rows {
            var line = ""
            for (i, cell) in row.enumerated() where i < widths.count {
                let isLast = i == row.count - 1 && columns[i].side == .left
                let text =
                    isLast
                    ? TextWidth.cut(cell.text, to: widths[i]) : TextWidth.fit(cell.text, to: widths[i], columns[i].side)
                line += (i == 0 ? "" : "  ") + style.paint(text, cell.ink)
            }
            out.append(line)
        }
        return out
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}

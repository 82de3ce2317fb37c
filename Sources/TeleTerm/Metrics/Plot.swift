/// Series over time as a plot of braille dots (two by four a character), or of `*` where the terminal is ASCII.
package struct Plot: Sendable {
    package struct Series: Sendable {
        package var name: String
        /// Unix seconds and values, by time; a value that is not finite is a gap.
        package var points: [(time: Double, value: Double)]

        package init(name: String, points: [(time: Double, value: Double)]) {
            self.name = name
            self.points = points
        }
    }

    package var series: [Series]
    package var from: Double
    package var to: Double

    package var unit: PlotUnit

    package init(series: [Series], from: Double, to: Double, unit: PlotUnit = .none) {
        self.series = series
        self.unit = unit
        self.from = from
        self.to = to
    }

    /// What a series is drawn with where there are neither dots nor colours that tell them apart.
    fileprivate static func mark(_ slot: Int) -> String { ["*", "+", "o", "x", "#", "@"][slot % 6] }

    private static let inks: [Ink] = [.service(0), .service(2), .service(3), .service(1), .service(5), .service(9)]

    /// Axis labels, the plot of `height` rows, the time axis, and a legend line a series (at most 12).
    package func lines(width: Int, height: Int, style: Style) -> [String] {
        let values = series.flatMap { $0.points.map(\.value).filter(\.isFinite) }
        guard let low = values.min(), let high = values.max(), to > from else { return ["no data in this range"] }
        // A flat line is drawn in the middle of a range around it.
        let bottom = low == high ? low - max(abs(low) * 0.1, 0.5) : low
        let top = low == high ? high + max(abs(high) * 0.1, 0.5) : high
        let middle = top / 2 + bottom / 2
        let axisWidth = max([top, middle, bottom].map { TextWidth.of(unit.text($0, style)) }.max() ?? 0, 4)
        let columns = max(width - axisWidth - 2, 10)
        var canvas = Canvas(columns: columns, rows: max(height, 3), isUnicode: style.unicode)
        for (slot, one) in series.enumerated() {
            var last: (x: Int, y: Int)?
            for point in one.points {
                guard point.value.isFinite, point.time >= from, point.time <= to else {
                    last = nil
                    continue
                }
                let x = Int((point.time - from) / (to - from) * Double(canvas.dotColumns - 1))
                // Halves, because the distance of two large doubles can be infinite.
                let share = (top / 2 - point.value / 2) / (top / 2 - bottom / 2)
                let y = Int(share * Double(canvas.dotRows - 1))
                canvas.line(from: last ?? (x, y), to: (x, y), slot: slot)
                last = (x, y)
            }
        }
        var out: [String] = []
        for row in 0..<canvas.rows {
            let share = Double(row) / Double(max(canvas.rows - 1, 1))
            let isLabelled = row == 0 || row == canvas.rows - 1 || row == canvas.rows / 2
            let label = isLabelled ? unit.text(top * (1 - share) + bottom * share, style) : ""
            let wall = style.unicode ? (isLabelled ? "┤" : "│") : "|"
            out.append(
                style.paint(TextWidth.fit(label, to: axisWidth, .right) + wall, .dim)
                    + canvas.text(row: row) { text, slot in style.paint(text, Plot.inks[slot % Plot.inks.count]) })
        }
        out.append(style.paint(PlotAxis.times(from, to, columns: columns, indent: axisWidth + 1), .dim))
        for (slot, one) in series.prefix(12).enumerated() {
            let key = style.paint(
                style.unicode ? "━━" : Plot.mark(slot) + Plot.mark(slot), Plot.inks[slot % Plot.inks.count])
            let last =
                one.points.last { $0.value.isFinite }.map {
                    unit == .none ? Units.digits($0.value) : unit.text($0.value, style)
                } ?? "-"
            out.append("\(key) \(TextWidth.cut(TextWidth.clean(one.name), to: max(width - 14, 8)))  \(last)")
        }
        if series.count > 12 { out.append(style.paint("   and \(series.count - 12) more series", .dim)) }
        return out
    }
}

/// Dots on a grid; each character remembers the series that drew on it last.
private struct Canvas {
    let columns: Int
    let rows: Int
    let isUnicode: Bool
    private var dots: [UInt8]
    private var slots: [Int]

    init(columns: Int, rows: Int, isUnicode: Bool) {
        self.columns = columns
        self.rows = rows
        self.isUnicode = isUnicode
        dots = Array(repeating: 0, count: columns * rows)
        slots = Array(repeating: 0, count: columns * rows)
    }

    var dotColumns: Int { isUnicode ? columns * 2 : columns }
    var dotRows: Int { isUnicode ? rows * 4 : rows }

    mutating func line(from a: (x: Int, y: Int), to b: (x: Int, y: Int), slot: Int) {
        let steps = max(abs(b.x - a.x), abs(b.y - a.y), 1)
        for step in 0...steps {
            set(a.x + (b.x - a.x) * step / steps, a.y + (b.y - a.y) * step / steps, slot)
        }
    }

    private mutating func set(_ x: Int, _ y: Int, _ slot: Int) {
        guard x >= 0, y >= 0, x < dotColumns, y < dotRows else { return }
        let cell = isUnicode ? y / 4 * columns + x / 2 : y * columns + x
        dots[cell] |= isUnicode ? Canvas.bits[y % 4][x % 2] : 1
        slots[cell] = slot
    }

    /// Unicode braille patterns, dots 1-8 by row and column.
    private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

    func text(row: Int, paint: (String, Int) -> String) -> String {
        var out = ""
        var at = 0
        while at < columns {
            let slot = slots[row * columns + at]
            var piece = ""
            while at < columns, slots[row * columns + at] == slot {
                let dot = dots[row * columns + at]
                if isUnicode {
                    piece.unicodeScalars.append(Unicode.Scalar(0x2800 + UInt32(dot)) ?? " ")
                } else {
                    piece += dot == 0 ? " " : Plot.mark(slot)
                }
                at += 1
            }
            out += paint(piece, slot)
        }
        return out
    }
}

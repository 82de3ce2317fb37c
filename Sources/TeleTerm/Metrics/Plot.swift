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

    package init(series: [Series], from: Double, to: Double) {
        self.series = series
        self.from = from
        self.to = to
    }

    private static let inks: [Ink] = [.service(0), .service(2), .service(3), .service(1), .service(5), .service(9)]

    /// Axis labels, the plot of `height` rows, the time axis, and a legend line a series (at most 12).
    package func lines(width: Int, height: Int, style: Style) -> [String] {
        let values = series.flatMap { $0.points.map(\.value).filter(\.isFinite) }
        guard let low = values.min(), let high = values.max(), to > from else { return ["no data in this range"] }
        // A flat line is drawn in the middle of a range around it.
        let bottom = low == high ? low - max(abs(low) * 0.1, 0.5) : low
        let top = low == high ? high + max(abs(high) * 0.1, 0.5) : high
        let axisWidth = max(TextWidth.of(Units.count(top)), TextWidth.of(Units.count(bottom)), 4)
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
            let label = isLabelled ? Units.count(top * (1 - share) + bottom * share) : ""
            let wall = style.unicode ? (isLabelled ? "┤" : "│") : "|"
            out.append(
                style.paint(TextWidth.fit(label, to: axisWidth, .right) + wall, .dim)
                    + canvas.text(row: row) { text, slot in style.paint(text, Plot.inks[slot % Plot.inks.count]) })
        }
        out.append(style.paint(timeAxis(columns, indent: axisWidth + 1), .dim))
        for (slot, one) in series.prefix(12).enumerated() {
            let key = style.paint(style.unicode ? "━━" : "--", Plot.inks[slot % Plot.inks.count])
            let last = one.points.last { $0.value.isFinite }.map { Units.digits($0.value) } ?? "-"
            out.append("\(key) \(TextWidth.cut(TextWidth.clean(one.name), to: max(width - 14, 8)))  \(last)")
        }
        if series.count > 12 { out.append(style.paint("   and \(series.count - 12) more series", .dim)) }
        return out
    }

    private func timeAxis(_ columns: Int, indent: Int) -> String {
        let decimals = to - from < 10 ? 1 : 0
        func clock(_ seconds: Double) -> String {
            Timestamp.clock(UInt64(min(max(seconds, 0), 9e9) * 1e3) * 1_000_000, decimals: decimals)
        }
        let marks = [clock(from), clock((from + to) / 2), clock(to)]
        let gap = max(columns - marks.reduce(0) { $0 + $1.count }, 2)
        return String(repeating: " ", count: indent) + marks[0] + String(repeating: " ", count: gap / 2) + marks[1]
            + String(repeating: " ", count: gap - gap / 2) + marks[2]
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
                    piece += dot == 0 ? " " : "*"
                }
                at += 1
            }
            out += paint(piece, slot)
        }
        return out
    }
}

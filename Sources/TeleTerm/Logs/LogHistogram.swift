/// How many lines there are over time as bars, errors and warnings at their feet.
package struct LogHistogram: Sendable {
    /// Unix nanoseconds.
    package var from: UInt64
    package var to: UInt64
    /// Lines by severity, a bucket a column.
    package private(set) var buckets: [[LogLevel: Int]]

    package init(from: UInt64, to: UInt64, columns: Int) {
        self.from = from
        self.to = max(from, to)
        buckets = Array(repeating: [:], count: max(1, columns))
    }

    /// Left of the bars: the largest count.
    private static let gutter = 7
    private static let rises = Array(" ▁▂▃▄▅▆▇█")

    /// Bars that have room within a width.
    package static func columns(width: Int) -> Int { max(10, min(400, width - gutter)) }

    /// Counts lines at a moment; moments outside are those of the nearest bucket.
    package mutating func add(_ count: Int, _ level: LogLevel, at time: UInt64) {
        let length = max(1, (to - from) / UInt64(buckets.count))
        let index = time > from ? Int(clamping: (time - from) / length) : 0
        buckets[min(index, buckets.count - 1)][level, default: 0] += max(0, count)
    }

    package var total: Int { buckets.reduce(0) { $0 + $1.values.reduce(0, +) } }

    /// `height` rows of bars with a row of times below; nothing where there are no lines.
    package func lines(height: Int = 3, style: Style) -> [String] {
        let most = buckets.map { $0.values.reduce(0, +) }.max() ?? 0
        guard most > 0, height > 0 else { return [] }
        var out: [String] = []
        for row in (0..<height).reversed() {
            let label = row == height - 1 ? Units.count(Double(most)) : ""
            var line = style.paint(TextWidth.fit(label, to: LogHistogram.gutter - 1, .right), .dim) + " "
            for bucket in buckets { line += cell(bucket, row: row, height: height, most: most, style) }
            out.append(line)
        }
        return out + [axis(style)]
    }

    /// A bar is made of steps, eight a row; errors are the lowest of them, then warnings.
    private func cell(_ bucket: [LogLevel: Int], row: Int, height: Int, most: Int, _ style: Style) -> String {
        func steps(_ count: Int) -> Int {
            count == 0 ? 0 : max(1, Int((Double(count) / Double(most) * Double(height * 8)).rounded()))
        }
        let errors = (bucket[.error] ?? 0) + (bucket[.fatal] ?? 0)
        let warnings = bucket[.warning] ?? 0
        let filled = min(8, steps(bucket.values.reduce(0, +)) - row * 8)
        guard filled > 0 else { return " " }
        let ink: Ink =
            row * 8 < steps(errors) ? .error : row * 8 < steps(errors + warnings) ? .warning : .accent
        let text = style.unicode ? String(LogHistogram.rises[filled]) : filled >= 4 || row == 0 ? "#" : " "
        return style.paint(text, ink)
    }

    private func axis(_ style: Style) -> String {
        let isLong = to - from >= 86_400_000_000_000
        let texts = [from, from + (to - from) / 2, to].map { time in
            isLong ? String(Timestamp.text(time, decimals: 0).dropLast(3)) : Timestamp.clock(time, decimals: 0)
        }
        let width = buckets.count
        guard width >= texts[0].count * 3 + 4 else {
            return style.paint(String(repeating: " ", count: LogHistogram.gutter) + texts[0], .dim)
        }
        let free = width - texts[0].count - texts[2].count
        let before = (free - texts[1].count) / 2
        let after = free - texts[1].count - before
        let line =
            texts[0] + String(repeating: " ", count: before) + texts[1] + String(repeating: " ", count: after)
            + texts[2]
        return style.paint(String(repeating: " ", count: LogHistogram.gutter) + line, .dim)
    }
}

/// The shapes that lines have, most frequent first, each with its course over time.
package struct LogPatternTable: Sendable {
    package struct Pattern: Sendable {
        package var text: String
        package var level: LogLevel
        /// Lines a step, oldest first.
        package var counts: [Int]

        package init(text: String, level: LogLevel, counts: [Int]) {
            self.text = text
            self.level = level
            self.counts = counts
        }
    }

    package var patterns: [Pattern]

    package init(_ patterns: [Pattern]) { self.patterns = patterns }

    /// Steps that a course is drawn with.
    package static let steps = 20
    private static let rises = Array("▁▂▃▄▅▆▇█")

    package func lines(width: Int, style: Style) -> [String] {
        var table = Table([
            .init("lines", .right), .init("level", rank: 1), .init("over time", rank: 2), .init("pattern"),
        ])
        let sorted = patterns.sorted { $0.counts.reduce(0, +) > $1.counts.reduce(0, +) }
        for pattern in sorted {
            table.add([
                .init(Units.count(Double(pattern.counts.reduce(0, +)))), .init(pattern.level.label, pattern.level.ink),
                .init(course(pattern.counts, style), .dim), .init(pattern.text),
            ])
        }
        return table.lines(width: width, style: style)
    }

    private func course(_ counts: [Int], _ style: Style) -> String {
        let most = counts.max() ?? 0
        let text = counts.map { count -> Character in
            guard count > 0 else { return " " }
            guard style.unicode else { return count * 2 > most ? "#" : "." }
            return LogPatternTable.rises[min(7, count * 8 / max(1, most))]
        }
        return String(text)
    }
}

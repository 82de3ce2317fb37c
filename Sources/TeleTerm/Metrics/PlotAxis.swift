/// The time axis below plots and heat maps.
enum PlotAxis {
    /// Start, middle and end (unix seconds): clocks, with the date where the range is a day or longer.
    static func times(_ from: Double, _ to: Double, columns: Int, indent: Int) -> String {
        let decimals = to - from < 10 ? 1 : 0
        func text(_ seconds: Double) -> String {
            let time = UInt64(min(max(seconds, 0), 9e9) * 1e3) * 1_000_000
            guard to - from >= 86_400 else { return Timestamp.clock(time, decimals: decimals) }
            // `11-21 05:30` of `2026-11-21 05:30:00`.
            return String(Timestamp.text(time, decimals: 0).dropFirst(5).dropLast(3))
        }
        let marks = [text(from), text((from + to) / 2), text(to)]
        let gap = max(columns - marks.reduce(0) { $0 + $1.count }, 2)
        return String(repeating: " ", count: indent) + marks[0] + String(repeating: " ", count: gap / 2) + marks[1]
            + String(repeating: " ", count: gap - gap / 2) + marks[2]
    }
}

/// A ruler of columns over nanoseconds with ticks at round values.
package struct TimeAxis: Sendable {
    package let columns: Int
    /// Nanoseconds.
    package let length: UInt64

    package init(columns: Int, length: UInt64) {
        self.columns = max(columns, 1)
        self.length = max(length, 1)
    }

    /// The column in which an offset (nanoseconds) falls, `0 ..< columns`.
    package func column(_ offset: UInt64) -> Int {
        let share = Double(min(offset, length)) / Double(length)
        return min(columns - 1, Int(share * Double(columns)))
    }

    /// The columns that an interval covers, at least one.
    package func cells(from: UInt64, to: UInt64) -> ClosedRange<Int> {
        let first = column(from)
        guard to > from else { return first...first }
        // The end is open: an interval that ends on a border does not reach into the next column.
        let share = Double(min(to, length)) / Double(length) * Double(columns)
        return first...max(first, min(columns - 1, Int(share.rounded(.up)) - 1))
    }

    /// Offsets of ticks: 1, 2 or 5 times a power of ten, at least `spacing` columns apart.
    package func ticks(spacing: Int = 12) -> [UInt64] {
        let most = max(1, columns / max(spacing, 1))
        var step: UInt64 = 1
        let factors: [UInt64] = [2, 5, 10]
        var at = 0
        var base: UInt64 = 1
        while length / step > UInt64(most), base < 1 << 58 {
            step = base * factors[at]
            if at == 2 { base *= 10 }
            at = (at + 1) % 3
        }
        var out: [UInt64] = []
        var tick: UInt64 = 0
        while tick <= length, out.count <= columns {
            out.append(tick)
            let (next, overflow) = tick.addingReportingOverflow(step)
            if overflow { break }
            tick = next
        }
        return out
    }

    /// The line above the bars: each tick's label at its column, none overlapping.
    package func ruler() -> String {
        var line = ""
        for tick in ticks() {
            let at = column(tick)
            let label = tick == 0 ? "0" : Units.tick(tick)
            guard at >= TextWidth.of(line) + (line.isEmpty ? 0 : 1), at + TextWidth.of(label) <= columns else {
                continue
            }
            line += String(repeating: " ", count: at - TextWidth.of(line)) + label
        }
        return TextWidth.fit(line, to: columns)
    }
}

extension Units {
    /// A tick's value without needless decimals: `20ms`, `1.5s`.
    package static func tick(_ nanoseconds: UInt64) -> String {
        for (unit, name) in [(UInt64(1_000_000_000), "s"), (1_000_000, "ms"), (1_000, "µs")] where nanoseconds >= unit {
            if nanoseconds % unit == 0 { return "\(nanoseconds / unit)\(name)" }
            if nanoseconds * 10 % unit == 0 { return fixed(Double(nanoseconds) / Double(unit), 1) + name }
        }
        return "\(nanoseconds)ns"
    }
}

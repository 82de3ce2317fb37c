/// Durations as text. Nanoseconds.
package enum DurationText {
    private static let units: [(name: String, scale: UInt64)] = [
        ("y", 365 * 86_400_000_000_000), ("w", 7 * 86_400_000_000_000), ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ]

    /// As Prometheus writes ranges: `5m`, `1h30m`, `1d`. Years, weeks and days only where they stand alone.
    package static func prometheus(_ value: Int64) -> String {
        var rest = value.magnitude
        guard rest >= 1_000_000 else { return "0s" }
        var out = value < 0 ? "-" : ""
        for (name, scale) in units {
            if scale >= 86_400_000_000_000, name != "d" || rest % scale != 0, rest % scale != 0 { continue }
            let count = rest / scale
            guard count > 0 else { continue }
            out += "\(count)\(name)"
            rest -= count * scale
        }
        return out
    }

    /// As Go writes durations: `1h30m0s`, `1.5s`, `10ms`, `100µs`.
    package static func go(_ value: Int64) -> String {
        let sign = value < 0 ? "-" : ""
        let total = value.magnitude
        if total == 0 { return "0s" }
        if total < 1_000 { return "\(sign)\(total)ns" }
        if total < 1_000_000 { return sign + decimal(total, 1_000) + "µs" }
        if total < 1_000_000_000 { return sign + decimal(total, 1_000_000) + "ms" }
        let seconds = decimal(total % 60_000_000_000, 1_000_000_000) + "s"
        let minutes = total / 60_000_000_000
        if minutes == 0 { return sign + seconds }
        return sign + (minutes >= 60 ? "\(minutes / 60)h" : "") + "\(minutes % 60)m" + seconds
    }

    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        if rest == 0 { return String(whole) }
        let digits = String(rest)
        let width = String(unit).utf8.count - 1
        var fraction = String(repeating: "0", count: width - digits.utf8.count) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}

package import TeleQL

/// Computed values as text in answers: durations as Go prints them is what Grafana knows, keywords by name.
package enum TraceValueText {
    package static func text(of value: TraceQLValue) -> String {
        if case .missing = value { return "nil" }
        if case .duration(let nanoseconds) = value { return duration(nanoseconds) }
        return TraceCompare.text(value) ?? "nil"
    }

    /// `1.5s`, `20ms`, `3µs`, `1h2m3s`.
    private static func duration(_ nanoseconds: Int64) -> String {
        let size = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        if size == 0 { return "0s" }
        if size < 1_000_000_000 {
            let (unit, name): (Double, String) =
                size >= 1_000_000 ? (1e6, "ms") : size >= 1000 ? (1e3, "µs") : (1, "ns")
            return sign + plain(Double(size) / unit) + name
        }
        let minutes = size / 60_000_000_000
        let seconds = plain(Double(size % 60_000_000_000) / 1e9) + "s"
        if minutes == 0 { return sign + seconds }
        let hours = minutes / 60
        return sign + (hours > 0 ? "\(hours)h" : "") + "\(minutes % 60)m" + seconds
    }

    private static func plain(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

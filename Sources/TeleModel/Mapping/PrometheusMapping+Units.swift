/// Units of the UCUM, as OTLP has them, in the words of Prometheus' names.
extension PrometheusMapping {
    /// The words for the two sides of a unit's `/`; empty where a side is dropped or there is none.
    static func unitSuffixes(_ unit: String) -> (main: String, per: String) {
        let parts = unit.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
        var (main, per) = ("", "")
        if let first = parts.first, isUsable(first) { main = clean(mainUnits[first] ?? first) }
        if parts.count > 1, isUsable(parts[1]) { per = clean(perUnits[parts[1]] ?? parts[1]) }
        if !per.isEmpty, main.hasSuffix("_") { main.removeLast() }
        if per.hasSuffix("_") { per.removeLast() }
        return (main, per)
    }

    private static func isUsable(_ unit: String) -> Bool {
        !unit.isEmpty && !unit.utf8.contains { $0 == 0x7b || $0 == 0x7d }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }

    /// Runs of what a name can't have become one `_`; none stands in front.
    private static func clean(_ unit: String) -> String {
        var out = ""
        for scalar in unit.unicodeScalars {
            let isKept = scalar == ":" || (scalar.isASCII && scalar.properties.isAlphabetic) || ("0"..."9") ~= scalar
            if isKept { out.unicodeScalars.append(scalar) } else if !out.hasSuffix("_") { out.append("_") }
        }
        if out.hasPrefix("_") { out.removeFirst() }
        return out
    }

    private static let mainUnits: [String: String] = [
        "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds",
        "ns": "nanoseconds",
        "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tibibytes",
        "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes",
        "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams",
        "Cel": "celsius", "Hz": "hertz", "1": "", "%": "percent",
    ]

    private static let perUnits: [String: String] = [
        "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year",
    ]
}

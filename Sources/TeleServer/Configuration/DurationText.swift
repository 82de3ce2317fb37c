/// Durations as Prometheus writes them: `30d`, `1h30m`, `500ms`; units ms, s, m, h, d, w, y (365 days).
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]

    /// Milliseconds.
    package static func parse(_ text: String) throws(ConfigurationProblem) -> Int64 {
        let problem = ConfigurationProblem("\"\(text)\" is no duration; write for example 30d, 1h30m or 500ms")
        var rest = Substring(text)
        var total: Int64 = 0
        guard !rest.isEmpty else { throw problem }
        if text == "0" { return 0 }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let number = Int64(digits), let unit = units.first(where: { $0.name == name }) else { throw problem }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: unit.milliseconds)
            let (sum, overflow) = total.addingReportingOverflow(product)
            guard !tooLarge, !overflow else { throw problem }
            total = sum
        }
        return total
    }

    package static func text(_ milliseconds: Int64) -> String {
        if milliseconds == 0 { return "0s" }
        // Weeks and years read worse than days in a retention.
        for (name, unit) in units.dropFirst(2) where milliseconds % unit == 0 { return "\(milliseconds / unit)\(name)" }
        return "\(milliseconds)ms"
    }
}

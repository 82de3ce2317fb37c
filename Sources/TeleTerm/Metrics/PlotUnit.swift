/// What a plot's values are: the labels of its axis, and the last values of its legend.
package enum PlotUnit: String, Sendable, CaseIterable {
    case none, seconds, bytes, percent

    /// From an expression's metric names, whose suffixes are their units; ``none`` where functions change it.
    package static func guess(_ expression: String) -> PlotUnit {
        let text = expression.lowercased()
        let isQuantile = text.contains("histogram_quantile")
        if isQuantile || !text.contains("rate(") && !text.contains("increase(") && !text.contains("count") {
            let isSeconds = text.contains("_seconds") || text.contains("_latency_bucket")
            if isSeconds, !text.contains("timestamp"), !text.contains("start_time") { return .seconds }
        }
        if text.contains("_bytes"), !text.contains("/") { return .bytes }
        return .none
    }

    package func text(_ value: Double) -> String {
        guard value.isFinite else { return Units.digits(value) }
        let size = abs(value)
        let sign = value < 0 ? "-" : ""
        switch self {
        case .none: return Units.count(value)
        case .seconds: return size == 0 ? "0s" : sign + Units.duration(UInt64(min(size, 9e9) * 1e9))
        case .bytes: return sign + Units.bytes(UInt64(min(size, 9e18)))
        case .percent: return Units.digits(value * 100) + "%"
        }
    }

    /// As ``text(_:)`` in the characters of a style.
    func text(_ value: Double, _ style: Style) -> String {
        let text = text(value)
        return style.unicode ? text : String(text.map { $0 == "µ" ? "u" : $0 })
    }
}

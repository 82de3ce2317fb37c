internal import TeleModel
internal import TeleQL
internal import TeleQuery

extension RuleFunctions {
    func ofNumbers(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "humanize": return .string(RuleFunctions.scaled(try number(arguments, name)))
        case "humanize1024": return .string(RuleFunctions.scaled1024(try number(arguments, name)))
        case "humanizeDuration": return .string(RuleFunctions.duration(try number(arguments, name)))
        case "humanizePercentage":
            return .string(FixedText.general(try number(arguments, name) * 100, digits: 4) + "%")
        case "humanizeTimestamp", "toTime":
            let seconds = try number(arguments, name)
            guard seconds.isFinite else { return .string(FixedText.general(seconds, digits: 4)) }
            guard seconds.magnitude < 9.2e9 else { throw LogTemplateError("\(seconds) is no time") }
            return .time(Int64((seconds * 1000).rounded(.down)) * 1_000_000)
        case "toDuration": return .string(RuleFunctions.duration(try number(arguments, name)))
        default: return nil
        }
    }

    private func number(_ arguments: [LogTemplateValue], _ name: String) throws(LogTemplateError) -> Double {
        guard arguments.count == 1 else { throw wrong(name) }
        switch arguments[0] {
        case .double(let value): return value
        case .int(let value): return Double(value)
        case .string(let text):
            guard let value = NumberText.number(text) else {
                throw LogTemplateError("\(name): \"\(text)\" is no number")
            }
            return value
        default: throw LogTemplateError("can't convert the argument of \(name) to a number")
        }
    }

    /// `1.235M`, `12.5m`.
    package static func scaled(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return FixedText.general(value, digits: 4) }
        if abs(value) >= 1 { return scaled(value, by: 1000, ["k", "M", "G", "T", "P", "E", "Z", "Y"]) }
        let (shown, prefix) = small(value)
        return FixedText.general(shown, digits: 4) + prefix
    }

    /// `1.205Mi`.
    package static func scaled1024(_ value: Double) -> String {
        guard abs(value) > 1, value.isFinite else { return FixedText.general(value, digits: 4) }
        return scaled(value, by: 1024, ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
    }

    private static func scaled(_ value: Double, by factor: Double, _ prefixes: [String]) -> String {
        var (value, shown) = (value, "")
        for prefix in prefixes where abs(value) >= factor {
            shown = prefix
            value /= factor
        }
        return FixedText.general(value, digits: 4) + shown
    }

    private static func small(_ value: Double) -> (Double, String) {
        var (value, shown) = (value, "")
        for prefix in ["m", "u", "n", "p", "f", "a", "z", "y"] where abs(value) < 1 {
            shown = prefix
            value *= 1000
        }
        return (value, shown)
    }

    /// `1d 2h 3m 4s`, `5.5s`, `12ms`.
    package static func duration(_ value: Double) -> String {
        guard value.isFinite else { return FixedText.general(value, digits: 4) }
        if value == 0 { return "0s" }
        if abs(value) < 1 {
            let (shown, prefix) = small(value)
            return FixedText.general(shown, digits: 4) + prefix + "s"
        }
        let sign = value < 0 ? "-" : ""
        let size = abs(value)
        // More than Int64 holds is some hundred billion years.
        let whole = Int64(min(size, 9e18))
        let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
        if days > 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
        if hours > 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
        if minutes > 0 { return "\(sign)\(minutes)m \(seconds)s" }
        return sign + FixedText.general(size, digits: 4) + "s"
    }
}

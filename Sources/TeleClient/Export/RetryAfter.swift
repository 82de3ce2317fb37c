import TeleModel

/// The two forms of the Retry-After header (RFC 9110, 10.2.3): whole seconds, or a date such as
/// `Sun, 06 Nov 1994 08:49:37 GMT`.
enum RetryAfter {
    /// - Parameter now: unix time in nanoseconds.
    /// - Returns: nil when the value is neither; zero for a date in the past.
    static func parse(_ text: String, now: UInt64) -> Duration? {
        if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        let parts = text.split(whereSeparator: { $0 == " " || $0 == ":" })
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 8, parts[7] == "GMT", let day = Int64(parts[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(parts[2])), let year = Int64(parts[3]),
            (1970...9999).contains(year), let hour = Int64(parts[4]), (0...23).contains(hour),
            let minute = Int64(parts[5]), (0...59).contains(minute), let second = Int64(parts[6]),
            (0...60).contains(second)
        else { return nil }
        let days = CivilDate.daysSince1970(year: year, month: Int64(month + 1), day: day)
        let then = days * 86_400 + hour * 3_600 + minute * 60 + second
        return .seconds(min(max(0, then - Int64(now / 1_000_000_000)), 86_400))
    }
}

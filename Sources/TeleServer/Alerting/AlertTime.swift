internal import TeleModel

/// Times of Alertmanager's API and payloads: RFC 3339 with milliseconds, UTC.
enum AlertTime {
    /// Go's zero time, which stands for "not yet".
    static let never = "0001-01-01T00:00:00Z"

    static func text(_ milliseconds: Int64) -> String {
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
        let rest = "\(milliseconds - seconds * 1000)"
        let fraction = String(repeating: "0", count: 3 - rest.utf8.count) + rest
        return "\(CalendarTime(unixSeconds: Int(seconds)).iso).\(fraction)Z"
    }
}

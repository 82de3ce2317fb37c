internal import TeleModel

/// Unix seconds as a date of the proleptic Gregorian calendar, UTC.
package struct CalendarTime: Sendable, Equatable {
    package var year: Int
    /// 1...12
    package var month: Int
    /// 1...31
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
    /// 0 is Sunday.
    package var weekday: Int

    package init(unixSeconds: Int) {
        var days = unixSeconds / 86_400
        var rest = unixSeconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = ((days + 4) % 7 + 7) % 7
        let date = CivilDate(daysSince1970: Int64(days))
        (year, month, day) = (Int(date.year), date.month, date.day)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sat, 21 Nov 2026 05:55:32 GMT` (RFC 9110, 5.6.7).
    package var http: String {
        let date = "\(CalendarTime.digits(day)) \(CalendarTime.months[month - 1]) \(year)"
        return "\(CalendarTime.weekdays[weekday]), \(date) \(time) GMT"
    }

    /// `2026-11-21T05:55:32` (RFC 3339 without fraction and zone).
    package var iso: String {
        let years = String(repeating: "0", count: max(0, 4 - "\(year)".utf8.count)) + "\(year)"
        return "\(years)-\(CalendarTime.digits(month))-\(CalendarTime.digits(day))T\(time)"
    }

    private var time: String {
        "\(CalendarTime.digits(hour)):\(CalendarTime.digits(minute)):\(CalendarTime.digits(second))"
    }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

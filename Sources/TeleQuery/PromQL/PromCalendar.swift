import TeleModel

/// Fields of the proleptic Gregorian calendar in UTC.
internal enum PromCalendar {
    internal static func field(_ name: String, _ seconds: Double) -> Double {
        guard seconds.isFinite, seconds.magnitude < 1e15 else { return .nan }
        let time = Int(seconds.rounded(.down))
        let day = floorDivide(time, 86_400)
        let second = time - day * 86_400
        switch name {
        case "hour": return Double(second / 3600)
        case "minute": return Double(second / 60 % 60)
        case "day_of_week": return Double(((day + 4) % 7 + 7) % 7)
        default: break
        }
        let date = CivilDate(daysSince1970: Int64(day))
        switch name {
        case "year": return Double(date.year)
        case "month": return Double(date.month)
        case "day_of_month": return Double(date.day)
        case "day_of_year": return Double(day - days(date.year, 1) + 1)
        default:
            let next = date.month == 12 ? days(date.year + 1, 1) : days(date.year, date.month + 1)
            return Double(next - days(date.year, date.month))
        }
    }

    private static func days(_ year: Int64, _ month: Int) -> Int {
        Int(CivilDate.daysSince1970(year: year, month: Int64(month), day: 1))
    }

    private static func floorDivide(_ a: Int, _ b: Int) -> Int { a / b - (a % b < 0 ? 1 : 0) }
}

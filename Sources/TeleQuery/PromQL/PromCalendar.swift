/// Fields of the proleptic Gregorian calendar in UTC (days from civil, after Howard Hinnant's description).
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
        let (year, month, dayOfMonth) = civil(day)
        switch name {
        case "year": return Double(year)
        case "month": return Double(month)
        case "day_of_month": return Double(dayOfMonth)
        case "day_of_year": return Double(day - days(year, 1, 1) + 1)
        default:
            let next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
            return Double(next - days(year, month, 1))
        }
    }

    private static func floorDivide(_ a: Int, _ b: Int) -> Int { a / b - (a % b < 0 ? 1 : 0) }

    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

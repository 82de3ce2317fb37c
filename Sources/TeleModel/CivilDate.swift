/// A day of the proleptic Gregorian calendar, from days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms": eras of 400 years that start on 1 March, so that the leap day comes last).
package struct CivilDate: Equatable, Sendable {
    package var year: Int64
    /// 1 to 12, 1 to 31.
    package var month: Int
    package var day: Int

    package init(daysSince1970 days: Int64) {
        let shifted = days.addingReportingOverflow(719_468)
        let z = shifted.overflow ? Int64.max : shifted.partialValue
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970 of a date. A day beyond its month's last counts on into the next.
    package static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// `20261121T091500Z`: a time as a name that sorts, UTC.
    package static func compact(unixNanoseconds time: UInt64) -> String {
        let seconds = time / 1_000_000_000
        let date = CivilDate(daysSince1970: Int64(seconds / 86_400))
        let clock = Int(seconds % 86_400)
        func digits(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return digits(Int(date.year), 4) + digits(date.month, 2) + digits(date.day, 2) + "T"
            + digits(clock / 3_600, 2) + digits(clock / 60 % 60, 2) + digits(clock % 60, 2) + "Z"
    }
}

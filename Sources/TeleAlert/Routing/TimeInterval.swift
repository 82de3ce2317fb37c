internal import Foundation
internal import TeleModel

/// When routes are muted or active: all parts that are there have to hold, of each part one range.
package struct TimeInterval: Sendable {
    /// Minutes of the day, the last one not included.
    package var times: [Range<Int>] = []
    /// 0 is Sunday.
    package var weekdays: [ClosedRange<Int>] = []
    /// 1...31, or from the month's end: -1 is its last day.
    package var daysOfMonth: [(first: Int, last: Int)] = []
    package var months: [ClosedRange<Int>] = []
    package var years: [ClosedRange<Int>] = []
    var zone: TimeZone?

    /// `time`: unix milliseconds.
    package func contains(_ time: Int64) -> Bool {
        let seconds = Double(time) / 1000
        let shift = zone.map { $0.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)) } ?? 0
        let local = time.addingSaturated(Int64(shift) * 1000)
        let day = local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000
        let minute = Int((local - day * 86_400_000) / 60_000)
        let date = CivilDate(daysSince1970: day)
        let weekday = Int(((day + 4) % 7 + 7) % 7)
        func holds<Part>(_ parts: [Part], _ test: (Part) -> Bool) -> Bool {
            parts.isEmpty || parts.contains(where: test)
        }
        return holds(times) { $0.contains(minute) } && holds(weekdays) { $0.contains(weekday) }
            && holds(months) { $0.contains(date.month) } && holds(years) { $0.contains(Int(date.year)) }
            && holds(daysOfMonth) { TimeInterval.contains($0, date) }
    }

    private static func contains(_ range: (first: Int, last: Int), _ date: CivilDate) -> Bool {
        let next = date.month == 12 ? (date.year + 1, 1) : (date.year, Int64(date.month + 1))
        let length = Int(
            CivilDate.daysSince1970(year: next.0, month: next.1, day: 1)
                - CivilDate.daysSince1970(year: date.year, month: Int64(date.month), day: 1))
        let first = range.first < 0 ? length + range.first + 1 : range.first
        let last = range.last < 0 ? length + range.last + 1 : range.last
        // A range that begins after the month's end is not there in this month; what reaches beyond is cut.
        return first <= length && date.day >= first && date.day <= min(last, length)
    }
}

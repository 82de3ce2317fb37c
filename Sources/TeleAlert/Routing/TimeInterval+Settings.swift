internal import Foundation

extension TimeInterval {
    private static let weekdayNames = [
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]
    private static let monthNames = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    init(_ setting: Setting) throws(AlertingProblem) {
        let members = try setting.members(["times", "weekdays", "days_of_month", "months", "years", "location"])
        for part in try members["times"]?.list(atMost: 1000) ?? [] { times.append(try TimeInterval.times(part)) }
        for part in try members["weekdays"]?.list(atMost: 1000) ?? [] {
            weekdays.append(
                try TimeInterval.range(part, "day of the week", 0...6) { TimeInterval.weekdayNames.firstIndex(of: $0) })
        }
        for part in try members["months"]?.list(atMost: 1000) ?? [] {
            months.append(
                try TimeInterval.range(part, "month", 1...12) {
                    TimeInterval.monthNames.firstIndex(of: $0).map { $0 + 1 } ?? Int($0)
                })
        }
        for part in try members["years"]?.list(atMost: 1000) ?? [] {
            years.append(try TimeInterval.range(part, "year", 0...9999) { Int($0) })
        }
        for part in try members["days_of_month"]?.list(atMost: 1000) ?? [] {
            daysOfMonth.append(try TimeInterval.days(part))
        }
        if let location = members["location"] {
            let name = try location.text()
            guard let zone = name == "Local" ? TimeZone.current : TimeZone(identifier: name) else {
                throw location.problem("\"\(name)\" is no time zone; write for example Europe/Berlin")
            }
            self.zone = zone
        }
    }

    private static func times(_ setting: Setting) throws(AlertingProblem) -> Range<Int> {
        let members = try setting.members(["start_time", "end_time"])
        let start = try minutes(try members.required("start_time"))
        let end = try minutes(try members.required("end_time"))
        guard start < end else { throw setting.problem("start_time cannot be equal or greater than end_time") }
        return start..<end
    }

    /// `HH:MM`, to 24:00.
    private static func minutes(_ setting: Setting) throws(AlertingProblem) -> Int {
        let text = Array(try setting.text().utf8)
        guard text.count == 5, text[2] == 0x3a, let hour = Int(String(decoding: text[..<2], as: UTF8.self)),
            let minute = Int(String(decoding: text[3...], as: UTF8.self)), hour >= 0, (0...59).contains(minute),
            hour < 24 || (hour == 24 && minute == 0)
        else { throw setting.problem("is no time of day; write for example 09:00 or 24:00") }
        return hour * 60 + minute
    }

    private static func ends(
        _ setting: Setting, _ what: String, _ read: (String) -> Int?
    ) throws(AlertingProblem) -> (Int, Int) {
        let text = try setting.text().lowercased()
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let first = read(parts[0]), let last = read(parts[parts.count - 1]) else {
            throw setting.problem("\"\(text)\" is not a valid \(what)")
        }
        return (first, last)
    }

    private static func range(
        _ setting: Setting, _ what: String, _ allowed: ClosedRange<Int>, _ read: (String) -> Int?
    ) throws(AlertingProblem) -> ClosedRange<Int> {
        let (first, last) = try ends(setting, what, read)
        guard allowed.contains(first), allowed.contains(last) else {
            throw setting.problem("is not a valid \(what): out of range")
        }
        guard first <= last else { throw setting.problem("the last \(what) is before the first") }
        return first...last
    }

    private static func days(_ setting: Setting) throws(AlertingProblem) -> (first: Int, last: Int) {
        let (first, last) = try ends(setting, "day of the month") { Int($0) }
        guard first != 0, last != 0, (-31...31).contains(first), (-31...31).contains(last) else {
            throw setting.problem("is not a valid day of the month: out of range")
        }
        if first < 0, last > 0 { throw setting.problem("the last day must be negative if the first is negative") }
        // Of the shortest month, as Alertmanager checks it: what is wrong there is wrong in all.
        func day(_ number: Int) -> Int { number < 0 ? 28 + number : number }
        guard day(first) <= day(last) else { throw setting.problem("the last day is always before the first") }
        return (first, last)
    }
}

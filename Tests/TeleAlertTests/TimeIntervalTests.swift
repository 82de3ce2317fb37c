import TeleAlert
import TeleModel
import Testing

@Suite struct TimeIntervalTests {
    /// Unix milliseconds of a time in UTC.
    static func time(_ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64, _ minute: Int64 = 0) -> Int64 {
        (CivilDate.daysSince1970(year: year, month: month, day: day) * 1440 + hour * 60 + minute) * 60_000
    }

    static func interval(_ yaml: String) throws -> TimeInterval {
        let text =
            "route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals: [{name: t, time_intervals: [\(yaml)]}]"
        return try #require(try AlertingConfiguration(yaml: text).timeIntervals["t"]?.first)
    }

    @Test(arguments: [
        // 21 November 2026 is a Saturday.
        ("{weekdays: ['monday:friday']}", time(2026, 11, 21, 12), false),
        ("{weekdays: [saturday, sunday]}", time(2026, 11, 21, 12), true),
        ("{times: [{start_time: '09:00', end_time: '17:00'}]}", time(2026, 11, 21, 17), false),
        ("{times: [{start_time: '09:00', end_time: '17:00'}]}", time(2026, 11, 21, 16, 59), true),
        ("{times: [{start_time: '00:00', end_time: '24:00'}]}", time(2026, 11, 21, 23, 59), true),
        ("{days_of_month: ['-1']}", time(2024, 2, 29, 1), true),
        ("{days_of_month: ['-1']}", time(2024, 2, 28, 1), false),
        ("{days_of_month: ['-3:-1']}", time(2026, 2, 26, 1), true),
        ("{days_of_month: ['31']}", time(2026, 4, 30, 1), false),
        ("{days_of_month: ['28:31']}", time(2026, 4, 30, 1), true),
        ("{months: ['november:december']}", time(2026, 11, 1, 0), true),
        ("{months: ['1:3']}", time(2026, 11, 1, 0), false), ("{years: ['2020:2025']}", time(2026, 1, 1, 0), false),
        ("{months: [may], days_of_month: ['4']}", time(2026, 5, 4, 0), true),
        ("{months: [may], days_of_month: ['4']}", time(2026, 5, 5, 0), false),
        // Berlin: UTC+2 in summer, UTC+1 in winter; the change of 2026 is on 29 March at 01:00 UTC.
        ("{times: [{start_time: '09:00', end_time: '10:00'}], location: Europe/Berlin}", time(2026, 7, 1, 7, 30), true),
        (
            "{times: [{start_time: '09:00', end_time: '10:00'}], location: Europe/Berlin}", time(2026, 7, 1, 8, 30),
            false
        ),
        ("{times: [{start_time: '09:00', end_time: '10:00'}], location: Europe/Berlin}", time(2026, 1, 7, 8, 30), true),
        (
            "{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}", time(2026, 3, 29, 1, 30),
            false
        ),
        (
            "{times: [{start_time: '03:00', end_time: '04:00'}], location: Europe/Berlin}", time(2026, 3, 29, 1, 30),
            true
        ),
        // The hour that comes twice (25 October 2026, 00:30 and 01:30 UTC are both 02:30).
        (
            "{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}", time(2026, 10, 25, 0, 30),
            true
        ),
        (
            "{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}", time(2026, 10, 25, 1, 30),
            true
        ),
        ("{weekdays: [sunday], location: Asia/Tokyo}", time(2026, 11, 21, 15), true),
        ("{weekdays: [sunday], location: Asia/Tokyo}", time(2026, 11, 21, 14, 59), false),
        ("{days_of_month: ['-1'], location: America/New_York}", time(2026, 12, 1, 4, 59), true),
        ("{years: ['1969']}", Int64(-1), true), ("{}", Int64(0), true),
    ])
    func contains(_ yaml: String, _ time: Int64, _ wanted: Bool) throws {
        #expect(try TimeIntervalTests.interval(yaml).contains(time) == wanted)
    }

    @Test(arguments: [
        "{weekdays: ['friday:monday']}", "{weekdays: [someday]}", "{days_of_month: ['0']}", "{days_of_month: ['32']}",
        "{days_of_month: ['-1:5']}", "{days_of_month: ['-1:-5']}", "{months: ['13']}", "{years: ['2026:2025']}",
        "{times: [{start_time: '9:00', end_time: '10:00'}]}", "{times: [{start_time: '09:00', end_time: '24:01'}]}",
        "{location: Nowhere/Here}", "{days_of_month: ['1:2:3']}",
    ])
    func refuses(_ yaml: String) {
        #expect(throws: AlertingProblem.self) { try TimeIntervalTests.interval(yaml) }
    }
}

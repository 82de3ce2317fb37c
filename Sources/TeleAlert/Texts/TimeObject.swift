internal import Foundation
internal import TeleModel
internal import TeleQuery

/// A time as templates see it, with the methods of Go's that texts use. Its zone is UTC until `tz` gives another.
struct TimeObject: LogTemplateObject {
    /// Since 1970.
    var seconds: Int64
    /// Of the second.
    var nanoseconds: Int64
    var zone: TimeZone?

    init(milliseconds: Int64) {
        seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
        nanoseconds = (milliseconds - seconds * 1000) * 1_000_000
    }

    private init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Go's zero time, the first second of the year 1: the end of an alert that fires.
    static let never = TimeObject(seconds: -62_135_596_800, nanoseconds: 0)

    /// Nanoseconds after `other`, as many as Go's durations hold.
    func since(_ other: TimeObject) -> DurationObject {
        let seconds = seconds.subtractingSaturated(other.seconds)
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return DurationObject(nanoseconds: seconds < 0 ? .min : .max) }
        return DurationObject(nanoseconds: scaled.addingSaturated(nanoseconds - other.nanoseconds))
    }

    func text(_ layout: String) -> String {
        // Beyond, days and years of the calendar are not what Go has either.
        let most: Int64 = 253_402_300_799
        let shown = min(max(seconds, TimeObject.never.seconds), most)
        let date = Date(timeIntervalSince1970: Double(shown))
        return GoTime.format(
            seconds: shown, nanoseconds: nanoseconds, layout, offset: zone?.secondsFromGMT(for: date) ?? 0,
            zone: zone.flatMap { $0.abbreviation(for: date) } ?? "UTC")
    }

    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "Format":
            guard arguments.count == 1, case .string(let layout) = arguments[0] else {
                throw LogTemplateError("Format takes a layout")
            }
            return .string(text(layout))
        case "Add": return .object(try adding(arguments))
        case "Sub": return .object(since(try TimeObject.time(arguments, name)))
        case "Before", "After", "Equal":
            let other = try TimeObject.time(arguments, name)
            let (a, b) = ((seconds, nanoseconds), (other.seconds, other.nanoseconds))
            return .bool(name == "Before" ? a < b : name == "After" ? a > b : a == b)
        case "UTC", "Local":
            var utc = self
            utc.zone = nil
            return .object(utc)
        case "IsZero": return .bool(seconds == TimeObject.never.seconds && nanoseconds == 0)
        case "Unix": return .int(seconds)
        case "UnixMilli": return .int(milliseconds)
        case "UnixNano": return .int(since(TimeObject(milliseconds: 0)).nanoseconds)
        case "String": return .string(printed)
        case "Month": return .string(text("January"))
        case "Weekday": return .string(text("Monday"))
        case "Year", "Day", "Hour", "Minute", "Second", "YearDay":
            let layouts = [
                "Year": "2006", "Day": "2", "Hour": "15", "Minute": "4", "Second": "5", "YearDay": "002",
            ]
            return .int(Int64(text(layouts[name] ?? "")) ?? 0)
        default: return nil
        }
    }

    private var milliseconds: Int64 {
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? (seconds < 0 ? .min : .max) : scaled.addingSaturated(nanoseconds / 1_000_000)
    }

    private func adding(_ arguments: [LogTemplateValue]) throws(LogTemplateError) -> TimeObject {
        let added: Int64
        switch arguments.first {
        case .int(let nanoseconds)?: added = nanoseconds
        case .double(let nanoseconds)?:
            guard let exact = Int64(exactly: nanoseconds) else { throw LogTemplateError("Add takes nanoseconds") }
            added = exact
        case .object(let object as DurationObject)?: added = object.nanoseconds
        default: throw LogTemplateError("Add takes a duration")
        }
        var out = self
        let sum = nanoseconds.addingSaturated(added % 1_000_000_000)
        let carried = sum < 0 ? -1 : sum / 1_000_000_000
        out.seconds = seconds.addingSaturated(added / 1_000_000_000 + carried)
        out.nanoseconds = sum - carried * 1_000_000_000
        return out
    }

    static func time(_ arguments: [LogTemplateValue], _ name: String) throws(LogTemplateError) -> TimeObject {
        guard arguments.count == 1, case .object(let object) = arguments[0], let time = object as? TimeObject else {
            throw LogTemplateError("\(name) takes a time")
        }
        return time
    }

    var printed: String { text("2006-01-02 15:04:05.999999999 -0700 MST") }
}

/// A span of time as templates see it.
struct DurationObject: LogTemplateObject {
    var nanoseconds: Int64

    var seconds: Double { Double(nanoseconds) / 1e9 }

    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "Seconds": return .double(seconds)
        case "Minutes": return .double(seconds / 60)
        case "Hours": return .double(seconds / 3600)
        case "Milliseconds": return .int(nanoseconds / 1_000_000)
        case "String": return .string(printed)
        case "Round", "Truncate":
            guard arguments.count == 1, let unit = DurationObject.nanoseconds(arguments[0]) else {
                throw LogTemplateError("\(name) takes a duration")
            }
            guard unit > 0 else { return .object(self) }
            let rest = nanoseconds % unit
            var out = nanoseconds - rest
            if name == "Round", rest.magnitude >= (unit - rest.magnitude.clamped) {
                out = out.addingSaturated(rest < 0 ? -unit : unit)
            }
            return .object(DurationObject(nanoseconds: out))
        default: return nil
        }
    }

    private static func nanoseconds(_ value: LogTemplateValue) -> Int64? {
        switch value {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        case .object(let object): (object as? DurationObject)?.nanoseconds
        default: nil
        }
    }

    var isTrue: Bool { nanoseconds != 0 }

    /// As Go prints durations: `1h2m3.5s`, `1.5ms`, `0s`.
    var printed: String {
        let size = Double(nanoseconds.magnitude)
        let sign = nanoseconds < 0 ? "-" : ""
        switch size {
        case 0: return "0s"
        case ..<1e3: return "\(sign)\(nanoseconds.magnitude)ns"
        case ..<1e6: return sign + DurationObject.shortest(size / 1e3) + "µs"
        case ..<1e9: return sign + DurationObject.shortest(size / 1e6) + "ms"
        default:
            let whole = nanoseconds.magnitude / 1_000_000_000
            let rest = Double(whole % 60) + Double(nanoseconds.magnitude % 1_000_000_000) / 1e9
            let (hours, minutes) = (whole / 3600, whole / 60 % 60)
            let lead = hours > 0 ? "\(hours)h\(minutes)m" : minutes > 0 ? "\(minutes)m" : ""
            return sign + lead + DurationObject.shortest(rest) + "s"
        }
    }

    private static func shortest(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension UInt64 {
    fileprivate var clamped: Int64 { Int64(clamping: self) }
}

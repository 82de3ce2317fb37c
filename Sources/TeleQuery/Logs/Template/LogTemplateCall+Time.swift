import TeleModel
import TeleQL

extension LogTemplateCall {
    func time() throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "__timestamp__": return .time(Int64(clamping: run.entry.time))
        case "now": return .time(Int64(clamping: run.entry.time))
        case "unixEpoch", "unixEpochMillis", "unixEpochNanos":
            try need(1)
            guard case .time(let time) = arguments[0] else { throw LogTemplateError("\(name) takes a time") }
            switch name {
            case "unixEpoch": return .string(String(GoTime.floored(time, 1_000_000_000)))
            case "unixEpochMillis": return .string(String(GoTime.floored(time, 1_000_000)))
            default: return .string(String(time))
            }
        case "date":
            try need(2)
            guard case .time(let time) = arguments[1] else { throw LogTemplateError("date takes a layout and a time") }
            return .string(GoTime.format(time, try string(0)))
        case "toDate":
            try need(2)
            return .time(GoTime.parse(try string(1), try string(0)) ?? GoTime.zero)
        case "toDateInZone":
            try need(3)
            let zone = try string(1)
            guard ["UTC", "", "Local", "GMT"].contains(zone) else {
                throw LogTemplateError("toDateInZone: only the zone UTC is known here, not \"\(zone)\"")
            }
            return .time(GoTime.parse(try string(2), try string(0)) ?? GoTime.zero)
        case "unixToTime":
            try need(1)
            return .time(try unixTime(try string(0)))
        default: return nil
        }
    }

    /// Days, seconds, milliseconds, microseconds or nanoseconds, told apart by the count of digits.
    private func unixTime(_ text: String) throws(LogTemplateError) -> Int64 {
        guard let value = Int64(text) else { throw LogTemplateError("unable to parse time '\(text)'") }
        let scale: Int64
        switch text.utf8.count {
        case 5: scale = 86_400_000_000_000
        case 10: scale = 1_000_000_000
        case 13: scale = 1_000_000
        case 16: scale = 1_000
        case 19: scale = 1
        default: throw LogTemplateError("unable to parse time '\(text)': unknown length")
        }
        let (time, overflow) = value.multipliedReportingOverflow(by: scale)
        guard !overflow else { throw LogTemplateError("time '\(text)' is out of range") }
        return time
    }
}

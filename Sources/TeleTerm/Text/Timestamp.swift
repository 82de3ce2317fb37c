internal import TeleModel

/// Unix nanoseconds as UTC, without Foundation.
package enum Timestamp {
    /// `2026-11-21 05:49:06.123` (UTC), with as many decimals of a second as asked for (0 to 9).
    package static func text(_ unixNanoseconds: UInt64, decimals: Int = 3) -> String {
        "\(date(unixNanoseconds)) \(clock(unixNanoseconds, decimals: decimals))"
    }

    /// RFC 3339 with nanoseconds, `2026-11-21T05:49:06.123456789Z`.
    package static func rfc3339(_ unixNanoseconds: UInt64) -> String {
        "\(date(unixNanoseconds))T\(clock(unixNanoseconds, decimals: 9))Z"
    }

    /// `05:49:06.123`.
    package static func clock(_ unixNanoseconds: UInt64, decimals: Int = 3) -> String {
        let seconds = Int(unixNanoseconds / 1_000_000_000)
        let ofDay = seconds % 86_400
        var out = "\(two(ofDay / 3_600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))"
        if decimals > 0 {
            let fraction = "\(unixNanoseconds % 1_000_000_000)"
            let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
            out += "." + padded.prefix(min(decimals, 9))
        }
        return out
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func date(_ unixNanoseconds: UInt64) -> String {
        let date = CivilDate(daysSince1970: Int64(unixNanoseconds / 86_400_000_000_000))
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }
}

import TeleModel

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Wall-clock time as OTLP has it: nanoseconds since 1970 in 64 bits, never through a `Double`, which would step by
/// 256 ns at today's dates.
enum UnixTime {
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }

    /// Nanoseconds of `2026-11-21T05:55:31.123456Z`, with any number of digits after the point; nil for anything else.
    static func parse(_ text: String) -> UInt64? {
        let parts = text.utf8.split { !(0x30...0x39).contains($0) }.map { UInt64(String($0) ?? "") }
        guard text.hasSuffix("Z"), (6...7).contains(parts.count), let year = parts[0], let month = parts[1],
            let day = parts[2], let hour = parts[3], let minute = parts[4], let second = parts[5],
            (1970...2500).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let days = CivilDate.daysSince1970(year: Int64(year), month: Int64(month), day: Int64(day))
        let seconds = UInt64(max(0, days)) * 86_400 + hour * 3_600 + minute * 60 + second
        var fraction = parts.count == 7 ? text.utf8.split { !(0x30...0x39).contains($0) }[6].prefix(9).map { $0 } : []
        while fraction.count < 9 { fraction.append(0x30) }
        return seconds * 1_000_000_000 + (UInt64(String(decoding: fraction, as: UTF8.self)) ?? 0)
    }

    /// `2026-11-21T05:55:31.123Z`.
    static func rfc3339(_ nanoseconds: UInt64) -> String {
        let seconds = Int(nanoseconds / 1_000_000_000)
        let date = CivilDate(daysSince1970: Int64(seconds / 86_400))
        let second = seconds % 86_400
        let milliseconds = Int(nanoseconds / 1_000_000 % 1_000)
        return
            "\(padded(Int(date.year), 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(padded(second / 3_600, 2)):"
            + "\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(milliseconds, 3))Z"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

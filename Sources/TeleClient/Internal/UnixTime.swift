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

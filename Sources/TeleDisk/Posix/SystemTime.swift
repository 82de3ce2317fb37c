#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What the system's clocks tell. Here and not where it is asked for: in a room that imports more of the system's
/// modules, in which of them the toolchain finds `timespec` depends on the order in which it loads them.
package enum SystemTime {
    /// Unix nanoseconds.
    package static var wallNanoseconds: UInt64 {
        let time = read(CLOCK_REALTIME)
        return UInt64(clamping: time.seconds) &* 1_000_000_000 &+ UInt64(clamping: time.nanoseconds)
    }

    /// Seconds of user and system time that this process has used.
    package static var processSeconds: Double {
        let time = read(CLOCK_PROCESS_CPUTIME_ID)
        return Double(time.seconds) + Double(time.nanoseconds) / 1e9
    }

    private static func read(_ clock: clockid_t) -> (seconds: Int, nanoseconds: Int) {
        var time = timespec()
        return clock_gettime(clock, &time) == 0 ? (Int(time.tv_sec), Int(time.tv_nsec)) : (0, 0)
    }
}

// On Linux the toolchain finds `timespec` and `rusage` defined below Dispatch.
internal import Dispatch

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The time of day.
package enum WallClock {
    /// Unix nanoseconds.
    package static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    /// Unix milliseconds.
    package static var milliseconds: Int64 { Int64(clamping: nanoseconds / 1_000_000) }
}

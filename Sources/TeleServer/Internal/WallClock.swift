internal import TeleDisk

/// The time of day.
package enum WallClock {
    /// Unix nanoseconds.
    package static var nanoseconds: UInt64 { SystemTime.wallNanoseconds }

    /// Unix milliseconds.
    package static var milliseconds: Int64 { Int64(clamping: nanoseconds / 1_000_000) }
}

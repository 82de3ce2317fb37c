/// What start timestamps (when a counter was 0) say of counters. 0 is not known.
internal enum PromCounterStart {
    /// Whether a sample counts from a start after the sample before it. One that starts right there is a delta,
    /// if the one before has a start too; else it is a counter of unknown start.
    @inline(__always)
    internal static func isReset(_ started: Int64, _ time: Int64, after earlier: Int64, _ earlierTime: Int64) -> Bool {
        if started == 0 || started >= time { return false }
        if started > earlierTime { return true }
        return started == earlierTime && earlier != 0 && earlier < earlierTime
    }

    @inline(__always)
    internal static func overlaps(_ started: Int64, after earlier: Int64, _ earlierTime: Int64) -> Bool {
        started != 0 && started < earlierTime && started != earlier
    }

    @inline(__always)
    internal static func isWithin(_ started: Int64, after start: Int64, before time: Int64) -> Bool {
        started != 0 && started > start && started < time
    }
}

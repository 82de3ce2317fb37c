/// Upper bounds that double from 2 ms to 16.384 s, and +Inf: 15 buckets, found by counting bits.
package enum LatencyBuckets {
    package static let count = 15
    private static let first: UInt64 = 2_000_000

    /// The bucket of a duration in nanoseconds; bounds are inclusive, as Prometheus' `le` is.
    @inline(__always)
    package static func index(_ nanoseconds: UInt64) -> Int {
        if nanoseconds <= first { return 0 }
        // How many times the first bound, rounded up: 2 lies in bucket 1, 3 and 4 in bucket 2.
        let times = (nanoseconds &- 1) / first
        return min(count &- 1, UInt64.bitWidth &- times.leadingZeroBitCount)
    }

    /// `0.002`, `0.004`, ... `16.384`, `+Inf`: values of the label `le`, in seconds.
    package static let bounds: [String] = (0..<count).map { index in
        guard index < count - 1 else { return "+Inf" }
        let milliseconds = 2 << index
        let fraction = "\(milliseconds % 1000)"
        var text = "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
        while text.last == "0" { text.removeLast() }
        return text
    }
}

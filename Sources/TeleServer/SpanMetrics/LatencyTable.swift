/// Latency histograms of many series, flat: series `i` has the buckets `i * LatencyBuckets.count ..< (i + 1) * ...`
/// (counts of their own, not cumulative), a sum and the trace that was slowest since the last collection.
struct LatencyTable: Sendable {
    private(set) var buckets: [UInt64] = []
    /// Nanoseconds; wraps after 584 years of added durations.
    private(set) var sums: [UInt64] = []
    private(set) var slowest: [Exemplar] = []

    struct Exemplar: Sendable {
        var traceHigh: UInt64 = 0
        var traceLow: UInt64 = 0
        var span: UInt64 = 0
        /// Nanoseconds.
        var duration: UInt64 = 0
        /// Unix nanoseconds; 0 for none.
        var time: UInt64 = 0
    }

    mutating func addSeries() {
        buckets.append(contentsOf: repeatElement(0, count: LatencyBuckets.count))
        sums.append(0)
        slowest.append(Exemplar())
    }

    @inline(__always)
    mutating func record(_ series: Int, _ duration: UInt64, _ exemplar: @autoclosure () -> Exemplar) {
        buckets[series &* LatencyBuckets.count &+ LatencyBuckets.index(duration)] &+= 1
        sums[series] &+= duration
        if slowest[series].time == 0 || duration > slowest[series].duration { slowest[series] = exemplar() }
    }

    func counts(_ series: Int) -> ArraySlice<UInt64> {
        let from = series * LatencyBuckets.count
        return buckets[from..<from + LatencyBuckets.count]
    }

    mutating func clear(_ series: Int) {
        for bucket in series * LatencyBuckets.count..<(series + 1) * LatencyBuckets.count { buckets[bucket] = 0 }
        sums[series] = 0
        forgetExemplar(series)
    }

    mutating func forgetExemplar(_ series: Int) { slowest[series] = Exemplar() }
}

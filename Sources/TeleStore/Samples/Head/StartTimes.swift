/// When the counters behind the samples started, as changes: from the sample at `time` on, its series started at
/// `started` (unix milliseconds, 0 unknown). Usually one change a series.
struct StartTimes: Sendable {
    struct Change: Sendable, Equatable {
        var series: UInt32
        var time: Int64
        var started: Int64
    }

    private(set) var changes: [Change] = []
    private var latest: [Int64] = []

    var byteCount: Int { changes.count * 24 + latest.count * 8 }

    mutating func append(
        series: borrowing Span<UInt32>, times: borrowing Span<Int64>, started: borrowing Span<Int64>,
        ids: [UInt32], seriesCount: Int
    ) {
        while latest.count < seriesCount { latest.append(0) }
        for i in 0..<started.count {
            let id = Int(ids[Int(series[i])])
            if latest[id] == started[i] { continue }
            latest[id] = started[i]
            changes.append(Change(series: UInt32(truncatingIfNeeded: id), time: times[i], started: started[i]))
        }
    }
}

/// When the counters behind the samples started, as changes: from the sample at `time` on, its series started at
/// `started` (unix milliseconds, 0 unknown). Usually one change a series.
struct StartTimes: Sendable {
    struct Change: Sendable, Equatable {
        var series: UInt32
        var time: Int64
        var started: Int64
    }

    private(set) var changes: [Change] = []
    /// By change: the one before of the same series, as its index + 1; 0 for none.
    private var previous: [UInt32] = []
    /// By series: its last change, as its index + 1; 0 for none.
    private var last: [UInt32] = []

    var byteCount: Int { changes.count * 28 + last.count * 4 }

    mutating func append(
        series: borrowing Span<UInt32>, times: borrowing Span<Int64>, started: borrowing Span<Int64>,
        ids: [UInt32], seriesCount: Int
    ) {
        while last.count < seriesCount { last.append(0) }
        for i in 0..<started.count {
            let id = Int(ids[Int(series[i])])
            let latest = Int(last[id])
            if started[i] == (latest == 0 ? 0 : changes[latest - 1].started) { continue }
            changes.append(Change(series: UInt32(truncatingIfNeeded: id), time: times[i], started: started[i]))
            previous.append(UInt32(truncatingIfNeeded: latest))
            last[id] = UInt32(truncatingIfNeeded: changes.count)
        }
    }

    /// Appends the changes of a series in order of time, of the same time in order of arrival.
    func read(_ series: Int, into out: inout [Change]) {
        guard series < last.count else { return }
        let start = out.count
        var at = Int(last[series])
        while at > 0 {
            out.append(changes[at - 1])
            at = Int(previous[at - 1])
        }
        out[start...].reverse()
        for i in (start + 1)..<max(start + 1, out.count) where out[i].time < out[i - 1].time {
            let ordered = out[start...].enumerated().sorted {
                $0.element.time != $1.element.time ? $0.element.time < $1.element.time : $0.offset < $1.offset
            }
            out.replaceSubrange(start..., with: ordered.map(\.element))
            return
        }
    }
}

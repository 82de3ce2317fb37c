/// Float samples of one series on the way between chunks: times (unix milliseconds) and values, row by row.
struct SampleColumns: Sendable {
    var times: [Int64] = []
    var values: [Double] = []

    var count: Int { times.count }

    mutating func removeAll() {
        times.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    mutating func append(_ time: Int64, _ value: Double) {
        times.append(time)
        values.append(value)
    }
}

/// Brings rows that were appended in order of arrival into order of time; of rows with the same time the last to
/// arrive stays. In-order rows cost one pass of comparisons.
enum ArrivalOrder {
    @inline(__always)
    static func isIncreasing(_ times: borrowing Span<Int64>) -> Bool {
        for i in 1..<max(1, times.count) where times[i] <= times[i &- 1] { return false }
        return true
    }

    /// The rows to keep, in order of time.
    static func kept(_ times: borrowing Span<Int64>) -> [Int] {
        var keys: [(time: Int64, row: Int)] = []
        keys.reserveCapacity(times.count)
        for row in 0..<times.count { keys.append((times[row], row)) }
        keys.sort { $0.time != $1.time ? $0.time < $1.time : $0.row < $1.row }
        var rows: [Int] = []
        rows.reserveCapacity(keys.count)
        for i in keys.indices where i == keys.count - 1 || keys[i + 1].time != keys[i].time { rows.append(keys[i].row) }
        return rows
    }

    /// Orders the rows from `start` on, in place.
    static func settle(_ times: inout [Int64], _ values: inout [Double], from start: Int) {
        if isIncreasing(times.span.extracting(start..<times.count)) { return }
        let rows = kept(times.span.extracting(start..<times.count))
        let newTimes = rows.map { times[start + $0] }
        let newValues = rows.map { values[start + $0] }
        times.removeSubrange(start...)
        values.removeSubrange(start...)
        times += newTimes
        values += newValues
    }
}

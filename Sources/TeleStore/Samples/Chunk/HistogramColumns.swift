internal import TeleModel

/// Native histograms of one series on the way between chunks: times and bytes (``NativeHistogram``), row by row.
struct HistogramColumns: Sendable {
    var times: [Int64] = []
    var ends: [Int] = []
    var bytes: [UInt8] = []

    var count: Int { times.count }

    mutating func removeAll() {
        times.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func append(_ time: Int64, _ histogram: ArraySlice<UInt8>) {
        times.append(time)
        bytes += histogram
        ends.append(bytes.count)
    }

    func histogram(_ row: Int) -> ArraySlice<UInt8> { bytes[LabelIndex.slice(ends, row)] }

    /// Brings the rows into order of time; of rows with the same time the last to arrive stays.
    mutating func settle() {
        if ArrivalOrder.isIncreasing(times.span) { return }
        var ordered = HistogramColumns()
        for row in ArrivalOrder.kept(times.span) { ordered.append(times[row], histogram(row)) }
        self = ordered
    }
}

/// Exemplars in order of arrival, bounded: an exemplar is a pointer into traces, and the newest ones are worth most.
struct ExemplarRows: Sendable {
    struct Row: Sendable, Equatable {
        var series: UInt32
        var time: Int64
        var value: Double
        /// Canonical label bytes.
        var labels: [UInt8]

        var byteCount: Int { labels.count + 64 }
    }

    private(set) var rows: [Row] = []
    private(set) var byteCount = 0

    mutating func append(_ row: Row) {
        guard row.labels.count <= SampleLimits.exemplarLabelBytes else { return }
        rows.append(row)
        byteCount += row.byteCount
        if byteCount > SampleLimits.exemplarBytes { trim() }
    }

    /// Keeps the newest of each series, then the newest half of all.
    private mutating func trim() {
        var perSeries: [UInt32: Int] = [:]
        var kept: [Row] = []
        var bytes = 0
        for row in rows.reversed() {
            let ofSeries = perSeries[row.series, default: 0] + row.byteCount
            perSeries[row.series] = ofSeries
            if ofSeries > SampleLimits.exemplarBytesPerSeries { continue }
            bytes += row.byteCount
            if bytes > SampleLimits.exemplarBytes / 2 { break }
            kept.append(row)
        }
        rows = kept.reversed()
        byteCount = rows.reduce(0) { $0 + $1.byteCount }
    }
}

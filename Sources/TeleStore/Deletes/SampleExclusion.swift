internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// What a deletion hides of samples: those in segments that hold nothing later than ``through``.
struct SampleExclusion: Sendable {
    let through: UInt64
    let selection: SeriesSelection
}

/// What deletions hide of one segment, by position of its index.
struct HiddenSamples: Sendable {
    private var ranges: [Int: [ClosedRange<Int64>]] = [:]

    init(_ selections: [SeriesSelection], _ index: LabelIndex) {
        for selection in selections {
            for position in index.select(selection.matchers).positions {
                ranges[position, default: []].append(selection.time)
            }
        }
    }

    var isEmpty: Bool { ranges.isEmpty }
    var positions: [Int] { ranges.keys.sorted() }

    func concerns(_ position: Int) -> Bool { ranges[position] != nil }
    func ranges(_ position: Int) -> [ClosedRange<Int64>] { ranges[position] ?? [] }

    func hides(_ position: Int, _ time: Int64) -> Bool {
        ranges[position]?.contains { $0.contains(time) } ?? false
    }

    /// Takes the hidden ones out of a series' samples that begin at `start`.
    func drop(_ position: Int, _ times: inout [Int64], _ values: inout [Double], from start: Int) {
        guard let hidden = ranges[position] else { return }
        var kept = start
        for row in start..<times.count where !hidden.contains(where: { $0.contains(times[row]) }) {
            times[kept] = times[row]
            values[kept] = values[row]
            kept += 1
        }
        times.removeLast(times.count - kept)
        values.removeLast(values.count - kept)
    }

    func drop(_ position: Int, _ rows: inout HistogramColumns, from start: Int) {
        guard let hidden = ranges[position], start < rows.count else { return }
        var kept = HistogramColumns()
        for row in 0..<rows.count where row < start || !hidden.contains(where: { $0.contains(rows.times[row]) }) {
            kept.append(rows.times[row], rows.histogram(row))
        }
        rows = kept
    }
}

extension SampleSegmentReader {
    /// Of series that have rows in the time range those that have some left beside what is hidden.
    func visible(_ positions: [Int], in range: ClosedRange<Int64>) throws(CodecError) -> [Int] {
        guard let hidden = try hidden(), !hidden.isEmpty else { return positions }
        let doubtful = positions.filter { hidden.concerns($0) }
        if doubtful.isEmpty { return positions }
        let pass = try pass(over: doubtful, in: range)
        var decoder = SampleChunk.Decoder()
        var columns = SampleColumns()
        var histograms = HistogramColumns()
        var gone: Set<Int> = []
        for (slot, position) in doubtful.enumerated() {
            columns.removeAll()
            histograms.removeAll()
            _ = try pass.samples(slot, &decoder, &columns.times, &columns.values)
            try pass.histograms(slot, &histograms)
            if columns.count == 0, histograms.count == 0 { gone.insert(position) }
        }
        return positions.filter { !gone.contains($0) }
    }

    /// Whether a view leaves out anything that the segment may have.
    func hidesAny() throws(CodecError) -> Bool {
        guard let hidden = try hidden() else { return false }
        let loaded = try segmentIndex()
        for position in hidden.positions {
            for range in hidden.ranges(position)
            where loaded.samples.hasRows(position, in: range) || loaded.histograms.hasRows(position, in: range) {
                return true
            }
        }
        let exemplars = try ExemplarBytes.decode(try section(.exemplars), seriesCount: summary.seriesCount)
        return exemplars.contains { hidden.hides(Int($0.series), $0.time) }
    }
}

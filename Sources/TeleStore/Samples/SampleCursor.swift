internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Reads the series of a source, or of several with the same series, that a selection matches, in their order, part by
/// part.
struct SampleCursor {
    /// Work between two looks at the budget, in samples.
    private static let chargeRows = 8192
    /// What a sample and a series cost in the answer.
    private static let sampleBytes = 16
    private static let seriesBytes = 256

    /// A source that is read; no pass once something of it did not read.
    private struct Part {
        var source: SampleSource
        var pass: SamplePass?
        /// Of the series that is read: where its rows end, and changes of its start time.
        var end = 0
        var changes: [StartTimes.Change] = []
    }

    private let index: LabelIndex
    private let shared: SharedLabelIndex?
    private let positions: [Int]
    private let time: ClosedRange<Int64>
    /// From old to new. More than one have no histograms.
    private var parts: [Part]
    /// The next of the positions.
    private var slot = 0
    /// Samples that a series has, about.
    private(set) var rowsPerSeries: Int
    // Working memory.
    private var decoder = SampleChunk.Decoder()
    private var histograms = HistogramColumns()

    /// nil where no series matches.
    init?(_ source: SampleSource, _ selection: SeriesSelection) throws(CodecError) {
        shared = try source.sharedIndex()
        if let shared { index = shared.index } else { index = try source.index() }
        positions = index.select(selection.matchers).positions
        if positions.isEmpty { return nil }
        time = selection.time
        parts = [Part(source: source, pass: try source.pass(over: positions, in: time))]
        rowsPerSeries = source.sampleCount / max(1, index.seriesCount)
    }

    /// Reads a newer source along; false where its series are others.
    mutating func join(_ source: SampleSource) throws(CodecError) -> Bool {
        guard let shared, try source.sharedIndex() === shared else { return false }
        parts.append(Part(source: source, pass: try source.pass(over: positions, in: time)))
        rowsPerSeries += source.sampleCount / max(1, index.seriesCount)
        return true
    }

    var remaining: Int { positions.count - slot }

    /// Canonical label bytes of the series so many behind the next one.
    func labels(after count: Int) -> [UInt8]? {
        count < remaining ? index.labelSet(positions[slot + count]).bytes : nil
    }

    /// The series up to one whose label bytes do not sort before `bound`, or all that are left. The budget is charged
    /// with the samples looked at and the bytes of the answer.
    mutating func read(before bound: [UInt8]?, _ budget: QueryBudget) throws(EngineError) -> SeriesData {
        var end = positions.count
        if let bound {
            end =
                slot
                + LabelIndex.firstRow(remaining) { row in
                    let bytes = index.labelSet(positions[slot + row]).bytes
                    return ByteOrder.compare(bytes.span.bytes, bound.span.bytes) >= 0
                }
        }
        var data = SeriesData()
        var looked = 0
        var charged = 0
        while slot < end {
            looked += try readSeries(into: &data)
            slot += 1
            if looked >= SampleCursor.chargeRows {
                let size = SampleCursor.bytes(data) + histograms.bytes.count * 4
                try budget.charge(rows: looked, bytes: size - charged)
                (looked, charged) = (0, size)
            }
        }
        try budget.charge(rows: looked, bytes: max(0, SampleCursor.bytes(data) - charged))
        data.padStarts()
        return data
    }

    /// Appends the next series, where it has anything; returns how many samples were looked at.
    private mutating func readSeries(into data: inout SeriesData) throws(EngineError) -> Int {
        let start = data.times.count
        var looked = 0
        histograms.removeAll()
        for i in parts.indices {
            parts[i].changes.removeAll(keepingCapacity: true)
            let rows = data.times.count
            do throws(CodecError) {
                looked += try read(i, &data)
            } catch {
                // What was read of it before stays in the answer; the rest is left out, as the report says.
                parts[i].pass = nil
                parts[i].changes = []
                data.times.removeLast(data.times.count - rows)
                data.values.removeLast(data.values.count - rows)
                try parts[i].source.leaveOut(error)
            }
            parts[i].end = data.times.count
        }
        guard data.times.count > start || histograms.count > 0 else { return looked }
        if parts.count > 1 {
            appendStarts(to: &data, from: start)
            ArrivalOrder.settle(&data.times, &data.values, from: start)
        } else {
            ArrivalOrder.settle(&data.times, &data.values, from: start)
            if histograms.count > 0 {
                looked += histograms.count
                histograms.settle()
                do throws(CodecError) {
                    try data.append(histograms)
                } catch {
                    try parts[0].source.leaveOut(error)
                }
            }
            if !parts[0].changes.isEmpty { data.appendStarts(parts[0].changes, from: start) }
        }
        data.labels.append(index.labelSet(positions[slot]))
        data.offsets.append(data.times.count)
        data.histogramOffsets.append(data.histogramTimes.count)
        return looked
    }

    private mutating func read(_ part: Int, _ data: inout SeriesData) throws(CodecError) -> Int {
        guard let pass = parts[part].pass else { return 0 }
        let looked = try pass.samples(slot, &decoder, &data.times, &data.values)
        try pass.histograms(slot, &histograms)
        pass.starts(slot, &parts[part].changes)
        return looked
    }

    /// Start times of rows that are not in order of time yet, each by what its own source knows.
    private func appendStarts(to data: inout SeriesData, from start: Int) {
        guard parts.contains(where: { !$0.changes.isEmpty }) else { return }
        var row = start
        var runs: [(rows: Range<Int>, changes: [StartTimes.Change])] = []
        for part in parts {
            if part.end > row { runs.append((row..<part.end, part.changes)) }
            row = part.end
        }
        data.appendStarts(runs, from: start)
    }

    static func bytes(_ data: SeriesData) -> Int { data.times.count * sampleBytes + data.labels.count * seriesBytes }
}

extension SeriesData {
    mutating func append(_ rows: HistogramColumns) throws(CodecError) {
        for row in 0..<rows.count {
            guard let histogram = NativeHistogram(encoded: rows.bytes.span.extracting(LabelIndex.slice(rows.ends, row)))
            else { throw CodecError("a native histogram does not read") }
            histogramTimes.append(rows.times[row])
            histograms.append(histogram)
        }
    }
}

internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Reads the series of a source that a selection matches, in their order, part by part.
struct SampleCursor {
    /// Work between two looks at the budget, in samples.
    private static let chargeRows = 8192
    /// What a sample and a series cost in the answer.
    private static let sampleBytes = 16
    private static let seriesBytes = 256

    private let source: SampleSource
    private let index: LabelIndex
    private let positions: [Int]
    private var pass: SamplePass
    /// The next of the positions.
    private var slot = 0
    /// Samples that a series has, about.
    let rowsPerSeries: Int
    // Working memory.
    private var decoder = SampleChunk.Decoder()
    private var histograms = HistogramColumns()
    private var changes: [StartTimes.Change] = []

    /// nil where no series matches.
    init?(_ source: SampleSource, _ selection: SeriesSelection) throws(CodecError) {
        self.source = source
        index = try source.index()
        positions = index.select(selection.matchers).positions
        if positions.isEmpty { return nil }
        pass = try source.pass(over: positions, in: selection.time)
        rowsPerSeries = source.sampleCount / max(1, index.seriesCount)
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
        do {
            return try read(through: end, budget)
        } catch let error as CodecError {
            slot = end
            try source.leaveOut(error)
            return SeriesData()
        } catch let error as EngineError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }

    private mutating func read(through end: Int, _ budget: QueryBudget) throws -> SeriesData {
        var data = SeriesData()
        var looked = 0
        var charged = 0
        while slot < end {
            defer { slot += 1 }
            let start = data.times.count
            looked += try pass.samples(slot, &decoder, &data.times, &data.values)
            ArrivalOrder.settle(&data.times, &data.values, from: start)
            histograms.removeAll()
            try pass.histograms(slot, &histograms)
            if histograms.count > 0 {
                looked += histograms.count
                histograms.settle()
                try data.append(histograms)
            }
            guard data.times.count > start || histograms.count > 0 else { continue }
            changes.removeAll(keepingCapacity: true)
            pass.starts(slot, &changes)
            if !changes.isEmpty { data.appendStarts(changes, from: start) }
            data.labels.append(index.labelSet(positions[slot]))
            data.offsets.append(data.times.count)
            data.histogramOffsets.append(data.histogramTimes.count)
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

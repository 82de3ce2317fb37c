internal import TeleCodec
internal import TeleModel

/// What a journal becomes when it is full: the same samples as chunks, a run of them a series. Immutable.
///
/// Series `i` has the chunk records `ends[i-1] ..< ends[i]` of the bytes, each: length of what follows the header,
/// count, first time (zigzag) and time span as varints, then a ``SampleChunk``.
struct SampleRun: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []
    private(set) var count = 0

    var byteCount: Int { bytes.count + ends.count * 8 }

    init() {}

    /// Of all rows of a journal of a head with that many series.
    init(_ journal: SampleJournal, seriesCount: Int) {
        let slots = (0..<seriesCount).map { UInt32(truncatingIfNeeded: $0) }
        let groups = journal.grouped(slots: slots.span, slotCount: seriesCount, in: .min ... .max)
        var writer = ChunkWriter()
        var columns = SampleColumns()
        for series in 0..<seriesCount {
            let rows = groups.rows(series)
            if !rows.isEmpty {
                columns.removeAll()
                columns.times += groups.columns.times[rows]
                columns.values += groups.columns.values[rows]
                add(&columns, &writer)
            }
            ends.append(bytes.count)
        }
    }

    /// The samples of several runs, oldest first, as one.
    init(merging runs: [SampleRun]) throws(CodecError) {
        var writer = ChunkWriter()
        var decoder = SampleChunk.Decoder()
        var columns = SampleColumns()
        for series in 0..<(runs.map(\.ends.count).max() ?? 0) {
            columns.removeAll()
            for run in runs {
                _ = try run.read(series, in: .min ... .max, &decoder, &columns.times, &columns.values)
            }
            if columns.count > 0 { add(&columns, &writer) }
            ends.append(bytes.count)
        }
    }

    private mutating func add(_ columns: inout SampleColumns, _ writer: inout ChunkWriter) {
        ArrivalOrder.settle(&columns.times, &columns.values, from: 0)
        count += columns.count
        writer.write(columns) { header, chunk in
            bytes.append(varint: chunk.count)
            bytes.append(varint: header.count)
            bytes.append(varint: Varint.zigzag(header.minTime))
            bytes.append(varint: UInt64(bitPattern: header.maxTime &- header.minTime))
            bytes += chunk
        }
    }

    /// Appends the samples of a series in the time range, those of later chunks behind; returns how many rows were
    /// decoded for it.
    func read(
        _ series: Int, in range: ClosedRange<Int64>, _ decoder: inout SampleChunk.Decoder, _ times: inout [Int64],
        _ values: inout [Double]
    ) throws(CodecError) -> Int {
        guard series < ends.count else { return 0 }
        let place = LabelIndex.slice(ends, series)
        guard !place.isEmpty else { return 0 }
        var rows = 0
        var reader = ByteReader(bytes.span.bytes.extracting(place))
        while !reader.isAtEnd {
            let length = try reader.count("chunk length", limit: place.count)
            let count = try reader.count("samples", limit: SampleChunk.maxRows)
            let minTime = Varint.unzigzag(try reader.varint())
            let maxTime = minTime &+ Int64(bitPattern: try reader.varint())
            let chunk = try reader.take(length)
            guard minTime <= range.upperBound, maxTime >= range.lowerBound else { continue }
            let header = ChunkHeader(count: count, minTime: minTime, maxTime: maxTime)
            rows += try decoder.decode(chunk, header, in: range, times: &times, values: &values)
        }
        return rows
    }
}

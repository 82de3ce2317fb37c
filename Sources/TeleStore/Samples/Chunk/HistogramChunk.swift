internal import TeleCodec
internal import TeleModel

/// A run of native histograms of one series, times strictly increasing: ``IntegerBlocks`` of the times (less the
/// first), then each histogram as: bytes that it shares with the beginning of the one before (varint), bytes that
/// follow (varint), those bytes.
enum HistogramChunk {
    static let maxRows = 128

    static func encode(_ columns: HistogramColumns, _ rows: Range<Int>, into out: inout [UInt8]) -> ChunkHeader {
        let first = columns.times[rows.lowerBound]
        var offsets = columns.times[rows].map { $0 &- first }
        IntegerBlocks.encode(&offsets, into: &out)
        var previous = ArraySlice<UInt8>()
        for row in rows {
            let bytes = columns.histogram(row)
            let shared = zip(previous, bytes).prefix { $0 == $1 }.count
            out.append(varint: shared)
            out.append(varint: bytes.count - shared)
            out += bytes.dropFirst(shared)
            previous = bytes
        }
        return ChunkHeader(count: rows.count, minTime: first, maxTime: columns.times[rows.upperBound - 1])
    }

    /// Appends the rows within the time range.
    static func decode(
        _ bytes: RawSpan, _ header: ChunkHeader, in range: ClosedRange<Int64>, into out: inout HistogramColumns
    ) throws(CodecError) {
        guard header.count > 0, header.count <= maxRows else {
            throw CodecError("chunk of \(header.count) histograms")
        }
        var reader = ByteReader(bytes)
        var times = [Int64](repeating: 0, count: header.count)
        var span = times.mutableSpan
        try IntegerBlocks.decode(&reader, count: header.count, into: &span)
        guard times[0] == 0, ArrivalOrder.isIncreasing(times.span) else {
            throw CodecError("times of a histogram chunk do not increase")
        }
        var histogram: [UInt8] = []
        for offset in times {
            let shared = try reader.count("shared bytes", limit: histogram.count)
            let rest = try reader.count("histogram bytes", limit: SampleLimits.histogramBytes)
            histogram.removeSubrange(shared...)
            let tail = try reader.take(rest)
            tail.withUnsafeBytes { histogram.append(contentsOf: $0) }
            let time = header.minTime &+ offset
            if range.contains(time) { out.append(time, histogram[...]) }
        }
        guard reader.isAtEnd else { throw reader.error("bytes behind a histogram chunk") }
    }
}

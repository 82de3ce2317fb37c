/// Cuts the samples of a series, times strictly increasing, into chunks.
struct ChunkWriter {
    /// Keeps differences of times within a chunk in 63 bits, whatever a client sent.
    private static let maxSpan = Int64(1) << 62

    private var encoder = SampleChunk.Encoder()
    private var chunk: [UInt8] = []

    mutating func write(_ columns: SampleColumns, _ body: (ChunkHeader, [UInt8]) -> Void) {
        var start = 0
        while start < columns.count {
            let end = ChunkWriter.end(columns.times, from: start, maxRows: SampleChunk.maxRows)
            chunk.removeAll(keepingCapacity: true)
            let header = encoder.encode(
                columns.times.span.extracting(start..<end), columns.values.span.extracting(start..<end), into: &chunk)
            body(header, chunk)
            start = end
        }
    }

    /// Chunks of equal size rather than full ones and a rest.
    static func end(_ times: [Int64], from start: Int, maxRows: Int) -> Int {
        let left = times.count - start
        let parts = (left + maxRows - 1) / maxRows
        var end = start + (left + parts - 1) / parts
        let (span, overflow) = times[end - 1].subtractingReportingOverflow(times[start])
        if overflow || span > maxSpan {
            end = start + 1
            while end < times.count {
                let (span, overflow) = times[end].subtractingReportingOverflow(times[start])
                if overflow || span > maxSpan || end - start == maxRows { break }
                end += 1
            }
        }
        return end
    }
}

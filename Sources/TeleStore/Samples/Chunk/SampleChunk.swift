internal import TeleCodec
internal import TeleModel

/// What is known of a chunk without decoding it.
struct ChunkHeader: Equatable, Sendable {
    var count: Int
    var minTime: Int64
    var maxTime: Int64
}

/// A run of float samples of one series, times strictly increasing: ``IntegerBlocks`` of the times (less the first),
/// then a ``ValueColumn``. Count and times of the first and last row stand in the directory that leads to the chunk.
enum SampleChunk {
    /// A query that wants a few minutes decodes at most this much more; more rows gain next to nothing in size.
    static let maxRows = 1024

    struct Encoder {
        private var offsets: [Int64] = []
        private var values = ValueColumn()

        /// Appends a chunk of the rows, at least 1 and at most ``SampleChunk/maxRows``.
        mutating func encode(
            _ times: borrowing Span<Int64>, _ values: borrowing Span<Double>, into out: inout [UInt8]
        ) -> ChunkHeader {
            offsets.removeAll(keepingCapacity: true)
            let first = times[0]
            for i in 0..<times.count { offsets.append(times[i] &- first) }
            IntegerBlocks.encode(&offsets, into: &out)
            self.values.encode(values, into: &out)
            return ChunkHeader(count: times.count, minTime: first, maxTime: times[times.count &- 1])
        }
    }

    struct Decoder {
        private var times = [Int64](repeating: 0, count: SampleChunk.maxRows)
        private var integers = [Int64](repeating: 0, count: SampleChunk.maxRows)
        private var values = [Double](repeating: 0, count: SampleChunk.maxRows)

        /// Appends the rows within the time range; returns how many rows were decoded.
        mutating func decode(
            _ bytes: RawSpan, _ header: ChunkHeader, in range: ClosedRange<Int64>, times outTimes: inout [Int64],
            values outValues: inout [Double]
        ) throws(CodecError) -> Int {
            let count = header.count
            guard count > 0, count <= SampleChunk.maxRows else { throw CodecError("chunk of \(count) samples") }
            try Decoder.decode(bytes, header, &times, &integers, &values)
            let rows = rows(count, header, in: range)
            outTimes.append(contentsOf: times[rows])
            outValues.append(contentsOf: values[rows])
            return count
        }

        private static func decode(
            _ bytes: RawSpan, _ header: ChunkHeader, _ times: inout [Int64], _ integers: inout [Int64],
            _ values: inout [Double]
        ) throws(CodecError) {
            var reader = ByteReader(bytes)
            var times = times.mutableSpan
            try IntegerBlocks.decode(&reader, count: header.count, into: &times)
            var previous = times[0]
            guard previous == 0 else { throw CodecError("chunk does not begin at its first time") }
            times[0] = header.minTime
            for i in 1..<header.count {
                guard times[i] > previous else { throw CodecError("times of a chunk do not increase") }
                previous = times[i]
                times[i] = header.minTime &+ previous
            }
            guard header.minTime &+ previous == header.maxTime, header.minTime <= header.maxTime else {
                throw CodecError("chunk does not end at its last time")
            }
            var integers = integers.mutableSpan
            var values = values.mutableSpan
            try ValueColumn.decode(&reader, count: header.count, integers: &integers, into: &values)
            guard reader.isAtEnd else { throw reader.error("bytes behind a chunk") }
        }

        private func rows(_ count: Int, _ header: ChunkHeader, in range: ClosedRange<Int64>) -> Range<Int> {
            let start = header.minTime >= range.lowerBound ? 0 : firstRow(count) { $0 >= range.lowerBound }
            let end = header.maxTime <= range.upperBound ? count : firstRow(count) { $0 > range.upperBound }
            return start..<max(start, end)
        }

        private func firstRow(_ count: Int, where isPast: (Int64) -> Bool) -> Int {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if isPast(times[middle]) { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }
}

internal import TeleCodec
internal import TeleModel

/// Where the chunks of each series lie, and what is known of them. Series `i` has the chunks
/// `ends[i-1] ..< ends[i]`, in order of time; chunks lie one behind the other within a group, groups anywhere.
///
/// Bytes: group count, then each group: offset in the file, length (varints), CRC-32 (4 bytes); then a series each:
/// chunk count, then each chunk: groups to go on (0 or 1, the first: the group), length, count, first time less that
/// of the chunk before (zigzag; of the file's minimum for a series' first), time span (varints).
struct ChunkDirectory: Sendable {
    var groupOffsets: [Int] = []
    var groupLengths: [Int] = []
    var groupSums: [UInt32] = []

    var ends: [UInt32] = []
    var groups: [UInt32] = []
    var offsets: [UInt32] = []
    var lengths: [UInt32] = []
    var counts: [UInt16] = []
    var minTimes: [Int64] = []
    var maxTimes: [Int64] = []

    var byteCount: Int { groupOffsets.count * 20 + ends.count * 4 + groups.count * 30 }
    var isEmpty: Bool { groups.isEmpty }

    func chunks(_ series: Int) -> Range<Int> {
        groups.isEmpty ? 0..<0 : (series == 0 ? 0 : Int(ends[series &- 1]))..<Int(ends[series])
    }

    /// Where a chunk lies in its group.
    func bytes(_ chunk: Int) -> Range<Int> {
        Int(offsets[chunk])..<Int(offsets[chunk]) + Int(lengths[chunk])
    }

    func overlaps(_ chunk: Int, _ range: ClosedRange<Int64>) -> Bool {
        minTimes[chunk] <= range.upperBound && maxTimes[chunk] >= range.lowerBound
    }

    func header(_ chunk: Int) -> ChunkHeader {
        ChunkHeader(count: Int(counts[chunk]), minTime: minTimes[chunk], maxTime: maxTimes[chunk])
    }

    func hasRows(_ series: Int, in range: ClosedRange<Int64>) -> Bool {
        chunks(series).contains { overlaps($0, range) }
    }

    func encode(minTime: Int64, into out: inout [UInt8]) {
        out.append(varint: groupOffsets.count)
        for i in groupOffsets.indices {
            out.append(varint: groupOffsets[i])
            out.append(varint: groupLengths[i])
            out.append(uint32: groupSums[i])
        }
        var group: UInt32 = 0
        for series in ends.indices {
            out.append(varint: chunks(series).count)
            var last = minTime
            for chunk in chunks(series) {
                out.append(varint: UInt64(groups[chunk] &- group))
                group = groups[chunk]
                out.append(varint: UInt64(lengths[chunk]))
                out.append(varint: UInt64(counts[chunk]))
                out.append(varint: Varint.zigzag(minTimes[chunk] &- last))
                out.append(varint: UInt64(bitPattern: maxTimes[chunk] &- minTimes[chunk]))
                last = minTimes[chunk]
            }
        }
    }

    init() {}

    /// `fileBytes`: where groups have to lie within; `maxRows`: of one chunk.
    init(
        _ bytes: RawSpan, seriesCount: Int, minTime: Int64, fileBytes: Int, maxRows: Int
    ) throws(CodecError) {
        var reader = ByteReader(bytes)
        let groupCount = try reader.count("groups", limit: bytes.byteCount)
        for _ in 0..<groupCount {
            let offset = try reader.count("group offset", limit: fileBytes)
            let length = try reader.count(
                "group length", limit: min(fileBytes - offset, SampleSegmentFormat.maxGroupBytes))
            groupOffsets.append(offset)
            groupLengths.append(length)
            groupSums.append(try reader.uint32())
        }
        // Most series have one chunk a segment; a section of a byte a series has none.
        let isSparse = reader.remaining <= seriesCount
        if !isSparse { reserveCapacity(seriesCount) }
        var group = 0
        var offset = 0
        for _ in 0..<seriesCount {
            let chunkCount = try reader.count("chunks of a series", limit: reader.remaining)
            var last = minTime
            for _ in 0..<chunkCount {
                let step = try reader.count("group step", limit: groupCount)
                if step > 0 { offset = 0 }
                group += step
                guard group < groupCount else { throw reader.error("chunk in group \(group) of \(groupCount)") }
                let length = try reader.count("chunk length", limit: groupLengths[group] - offset)
                let count = try reader.count("samples of a chunk", limit: min(maxRows, Int(UInt16.max)))
                let minTime = last &+ Varint.unzigzag(try reader.varint())
                groups.append(UInt32(truncatingIfNeeded: group))
                offsets.append(UInt32(truncatingIfNeeded: offset))
                lengths.append(UInt32(truncatingIfNeeded: length))
                counts.append(UInt16(truncatingIfNeeded: count))
                minTimes.append(minTime)
                maxTimes.append(minTime &+ Int64(bitPattern: try reader.varint()))
                offset += length
                last = minTime
            }
            ends.append(UInt32(truncatingIfNeeded: groups.count))
        }
        guard reader.isAtEnd else { throw reader.error("bytes behind a chunk directory") }
        if groups.isEmpty { ends = [] }
    }

    private mutating func reserveCapacity(_ count: Int) {
        ends.reserveCapacity(count)
        groups.reserveCapacity(count)
        offsets.reserveCapacity(count)
        lengths.reserveCapacity(count)
        counts.reserveCapacity(count)
        minTimes.reserveCapacity(count)
        maxTimes.reserveCapacity(count)
    }
}

internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Writes a segment series by series, in the order of their labels, to a sink that takes bytes in order: what it holds
/// is the directory and two groups, whatever the size of the segment.
struct SampleSegmentWriter {
    private let sink: ([UInt8]) throws(EngineError) -> Void
    private var written = 0
    private var summary = SampleSegmentSummary()
    private var samples = GroupBuilder()
    private var histograms = GroupBuilder()
    private var chunks = ChunkWriter()

    init(sink: @escaping ([UInt8]) throws(EngineError) -> Void) throws(EngineError) {
        self.sink = sink
        var head: [UInt8] = []
        head.append(uint32: SampleSegmentFormat.magic)
        head.append(uint32: SampleSegmentFormat.version)
        try put(head)
    }

    private mutating func put(_ bytes: [UInt8]) throws(EngineError) {
        try sink(bytes)
        written += bytes.count
    }

    /// The next series: its samples and histograms, ordered by time, times distinct.
    mutating func add(_ columns: SampleColumns, _ rows: HistogramColumns) throws(EngineError) {
        chunks.write(columns) { header, chunk in samples.add(header, chunk) }
        var start = 0
        while start < rows.count {
            let end = ChunkWriter.end(rows.times, from: start, maxRows: HistogramChunk.maxRows)
            var chunk: [UInt8] = []
            let header = HistogramChunk.encode(rows, start..<end, into: &chunk)
            histograms.add(header, chunk)
            start = end
        }
        samples.closeSeries()
        histograms.closeSeries()
        summary.seriesCount += 1
        summary.sampleCount += columns.count + rows.count
        for times in [columns.times, rows.times] where !times.isEmpty {
            summary.minTime = min(summary.minTime, times[0])
            summary.maxTime = max(summary.maxTime, times[times.count - 1])
        }
        while let group = samples.takeGroup(at: written) { try put(group) }
        while let group = histograms.takeGroup(at: written) { try put(group) }
    }

    /// Writes the last groups, the index and the footer.
    mutating func finish(
        _ index: LabelIndex, exemplars: [UInt8], exemplarCount: Int, metadata: [UInt8], starts: [UInt8]
    ) throws(EngineError) -> SampleSegmentSummary {
        samples.closeGroup()
        while let group = samples.takeGroup(at: written) { try put(group) }
        histograms.closeGroup()
        while let group = histograms.takeGroup(at: written) { try put(group) }
        summary.exemplarCount = exemplarCount
        var footer: [UInt8] = []
        footer.append(varint: summary.seriesCount)
        footer.append(varint: summary.sampleCount)
        footer.append(varint: summary.exemplarCount)
        footer.append(uint64: UInt64(bitPattern: summary.minTime))
        footer.append(uint64: UInt64(bitPattern: summary.maxTime))
        for section in SampleSegmentFormat.Section.allCases {
            var bytes: [UInt8] = []
            switch section {
            case .labels: index.encodeLabels(into: &bytes)
            case .series: index.encodeSeries(into: &bytes)
            case .samples: samples.directory.encode(minTime: summary.minTime, into: &bytes)
            case .histograms: histograms.directory.encode(minTime: summary.minTime, into: &bytes)
            case .exemplars: bytes = exemplars
            case .metadata: bytes = metadata
            case .starts: bytes = starts
            }
            footer.append(section.rawValue)
            footer.append(varint: written)
            footer.append(varint: bytes.count)
            footer.append(uint32: Checksum.crc32(bytes))
            try put(bytes)
        }
        var trailer: [UInt8] = []
        trailer.append(uint32: UInt32(truncatingIfNeeded: footer.count))
        trailer.append(uint32: Checksum.crc32(footer))
        trailer.append(uint32: SampleSegmentFormat.magic)
        try put(footer)
        try put(trailer)
        summary.byteCount = written
        return summary
    }

    /// Chunks of one kind, gathered into groups.
    private struct GroupBuilder {
        var directory = ChunkDirectory()
        private var bytes: [UInt8] = []
        /// Full groups that are not written yet.
        private var closed: [[UInt8]] = []

        mutating func add(_ header: ChunkHeader, _ chunk: [UInt8]) {
            directory.groups.append(UInt32(truncatingIfNeeded: directory.groupOffsets.count + closed.count))
            directory.offsets.append(UInt32(truncatingIfNeeded: bytes.count))
            directory.lengths.append(UInt32(truncatingIfNeeded: chunk.count))
            directory.counts.append(UInt16(truncatingIfNeeded: header.count))
            directory.minTimes.append(header.minTime)
            directory.maxTimes.append(header.maxTime)
            bytes += chunk
            if bytes.count >= SampleSegmentFormat.groupBytes { closeGroup() }
        }

        mutating func closeSeries() { directory.ends.append(UInt32(truncatingIfNeeded: directory.groups.count)) }

        mutating func closeGroup() {
            if bytes.isEmpty { return }
            closed.append(bytes)
            bytes = []
        }

        /// The next full group, entered in the directory at the place where it is about to be written.
        mutating func takeGroup(at offset: Int) -> [UInt8]? {
            guard let group = closed.first else { return nil }
            closed.removeFirst()
            directory.groupOffsets.append(offset)
            directory.groupLengths.append(group.count)
            directory.groupSums.append(Checksum.crc32(group))
            return group
        }
    }
}

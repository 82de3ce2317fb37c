internal import Synchronization
package import TeleCodec
package import TeleEngine
internal import TeleModel

/// A segment's bytes behind a source. Opening reads the footer; the first query reads the index, which is kept until
/// ``dropIndex()``, as ``SampleIndexCache`` has room; a query reads the groups that hold chunks of its series and time.
/// Safe from several threads at once, as far as the source is.
package final class SampleSegmentReader: Sendable {
    /// Bytes of a range of the segment; throws where they can't be had.
    package typealias Source = @Sendable (Range<Int>) throws(CodecError) -> [UInt8]

    package let summary: SampleSegmentSummary
    private let source: Source
    /// Called for each group that does not read; its samples are then left out. Without it the query throws.
    private let damage: (@Sendable (CodecError) -> Void)?
    private let sections: [SampleSegmentFormat.Section: Place]
    private let loaded = Mutex<SegmentIndex?>(nil)
    /// Of a view (``excluding(_:)``), whose index is its base's.
    private let base: SampleSegmentReader?
    private let excluded: [SeriesSelection]
    private let hiding = Mutex<HiddenSamples?>(nil)
    private let indexes: SampleIndexCache?

    private struct Place {
        var range: Range<Int>
        var sum: UInt32
    }

    /// Throws where the bytes are no segment of a version that this program knows.
    package init(
        byteCount: Int, indexes: SampleIndexCache? = nil, damage: (@Sendable (CodecError) -> Void)? = nil,
        source: @escaping Source
    ) throws(CodecError) {
        self.indexes = indexes
        self.source = source
        self.damage = damage
        base = nil
        excluded = []
        let fixed = SampleSegmentFormat.headBytes + SampleSegmentFormat.trailerBytes
        guard byteCount >= fixed else { throw CodecError("samples segment of \(byteCount) bytes") }
        let head = try SampleSegmentReader.read(source, 0..<SampleSegmentFormat.headBytes)
        if try SampleSegmentReader.checkHead(head, isLenient: damage != nil) {
            damage?(CodecError("the head is damaged; nothing is lost by it", at: 0))
        }
        let trailerStart = byteCount - SampleSegmentFormat.trailerBytes
        let footer = try SampleSegmentReader.footer(source, byteCount, damage)
        var reader = ByteReader(footer.span.bytes)
        var summary = SampleSegmentSummary()
        summary.byteCount = byteCount
        summary.seriesCount = try reader.count("series", limit: byteCount)
        summary.sampleCount = try reader.count("samples", limit: .max)
        summary.exemplarCount = try reader.count("exemplars", limit: byteCount)
        summary.minTime = Int64(bitPattern: try reader.uint64())
        summary.maxTime = Int64(bitPattern: try reader.uint64())
        var sections: [SampleSegmentFormat.Section: Place] = [:]
        while !reader.isAtEnd {
            let id = try reader.byte()
            let offset = try reader.count("section offset", limit: trailerStart)
            let length = try reader.count(
                "section length", limit: min(trailerStart - offset, SampleSegmentFormat.maxSectionBytes))
            let place = Place(range: offset..<offset + length, sum: try reader.uint32())
            if let section = SampleSegmentFormat.Section(rawValue: id) { sections[section] = place }
        }
        self.summary = summary
        self.sections = sections
    }

    private init(_ base: SampleSegmentReader, excluding selections: [SeriesSelection]) {
        summary = base.summary
        source = base.source
        damage = base.damage
        sections = base.sections
        self.base = base
        excluded = selections
        indexes = nil
    }

    deinit { indexes?.forget(ObjectIdentifier(self)) }

    /// The same segment without the selected samples and exemplars.
    package func excluding(_ selections: [SeriesSelection]) -> SampleSegmentReader {
        selections.isEmpty ? self : SampleSegmentReader(self, excluding: selections)
    }

    /// What a view leaves out; nil where that is nothing.
    func hidden() throws(CodecError) -> HiddenSamples? {
        if excluded.isEmpty { return nil }
        if let known = hiding.withLock({ $0 }) { return known }
        let found = HiddenSamples(excluded, try segmentIndex().index)
        hiding.withLock { $0 = found }
        return found
    }

    /// Memory held by the index, 0 while it is not loaded.
    package var indexByteCount: Int { base?.indexByteCount ?? loaded.withLock { $0?.byteCount ?? 0 } }

    package func dropIndex() {
        base?.dropIndex()
        loaded.withLock { $0 = nil }
    }

    static func read(_ source: Source, _ range: Range<Int>) throws(CodecError) -> [UInt8] {
        let bytes = try source(range)
        guard bytes.count == range.count else {
            throw CodecError("\(bytes.count) bytes read, \(range.count) wanted", at: range.lowerBound)
        }
        return bytes
    }

    func section(_ section: SampleSegmentFormat.Section) throws(CodecError) -> [UInt8] {
        guard let place = sections[section] else { throw CodecError("section \(section) is missing") }
        let bytes = try SampleSegmentReader.read(source, place.range)
        if Checksum.matches(bytes, place.sum, .samplesSection) { return bytes }
        let at = place.range.lowerBound
        if let damage, let repaired = Checksum.repaired(bytes, place.sum) {
            damage(CodecError("one flipped bit of section \(section) was put right; nothing is lost", at: at))
            return repaired
        }
        let failure = CodecError("checksum of section \(section) is wrong", at: at)
        damage?(failure)
        throw failure
    }

    /// A group's bytes, checked.
    func group(_ group: Int, of directory: ChunkDirectory) throws(CodecError) -> [UInt8] {
        let start = directory.groupOffsets[group]
        let bytes = try SampleSegmentReader.read(source, start..<start + directory.groupLengths[group])
        guard Checksum.matches(bytes, directory.groupSums[group], .samplesGroup) else {
            throw CodecError("checksum of a chunk group is wrong", at: start)
        }
        return bytes
    }

    /// Reports what does not read, or throws it on where nobody listens.
    func report(_ error: CodecError) throws(CodecError) {
        guard let damage else { throw error }
        damage(error)
    }

    func segmentIndex() throws(CodecError) -> SegmentIndex {
        if let base { return try base.segmentIndex() }
        if let index = loaded.withLock({ $0 }) {
            indexes?.used(self, index)
            return index
        }
        let labels = try section(.labels)
        let series = try section(.series)
        let samples = try section(.samples)
        let histograms = try section(.histograms)
        var starts: [StartTimes.Change] = []
        do throws(CodecError) {
            starts = try StartTimes.decode(try section(.starts), seriesCount: summary.seriesCount)
        } catch {
            // Samples read without.
            try report(error)
        }
        let shared = try sharedIndex(labels.span.bytes, series.span.bytes)
        let index = shared.index
        let built = SegmentIndex(
            shared: shared,
            samples: try ChunkDirectory(
                samples.span.bytes, seriesCount: index.seriesCount, minTime: summary.minTime,
                fileBytes: summary.byteCount, maxRows: SampleChunk.maxRows),
            histograms: try ChunkDirectory(
                histograms.span.bytes, seriesCount: index.seriesCount, minTime: summary.minTime,
                fileBytes: summary.byteCount, maxRows: HistogramChunk.maxRows),
            starts: starts)
        loaded.withLock { $0 = built }
        indexes?.used(self, built)
        return built
    }

    /// That of another segment with the same series where there is one in memory.
    private func sharedIndex(_ labels: RawSpan, _ series: RawSpan) throws(CodecError) -> SharedLabelIndex {
        guard let indexes else { return SharedLabelIndex(try LabelIndex(labels: labels, series: series), .none) }
        let key = indexes.key(labels, series)
        if let known = indexes.shared(key) { return known }
        return SharedLabelIndex(try LabelIndex(labels: labels, series: series), key)
    }

    func pass(
        over positions: [Int], in range: ClosedRange<Int64>, isStrict: Bool = false
    ) throws(CodecError) -> SegmentPass {
        SegmentPass(self, try segmentIndex(), positions, range, isStrict: isStrict, hidden: try hidden())
    }

    /// Reads everything and checks all that can be checked; throws the first thing that is wrong.
    package func verify() throws(CodecError) {
        let index = try segmentIndex()
        for group in index.samples.groupOffsets.indices { _ = try self.group(group, of: index.samples) }
        for group in index.histograms.groupOffsets.indices { _ = try self.group(group, of: index.histograms) }
        let pass = SegmentPass(self, index, Array(0..<index.index.seriesCount), .min ... .max, isStrict: true)
        var decoder = SampleChunk.Decoder()
        var columns = SampleColumns()
        var histograms = HistogramColumns()
        for series in 0..<index.index.seriesCount {
            columns.removeAll()
            histograms.removeAll()
            _ = try pass.samples(series, &decoder, &columns.times, &columns.values)
            try pass.histograms(series, &histograms)
        }
        _ = try ExemplarBytes.decode(try section(.exemplars), seriesCount: index.index.seriesCount)
        _ = try MetadataBytes.decode(try section(.metadata))
        _ = try StartTimes.decode(try section(.starts), seriesCount: index.index.seriesCount)
    }
}

/// What a segment's queries need in memory.
final class SegmentIndex: Sendable {
    let shared: SharedLabelIndex
    let samples: ChunkDirectory
    let histograms: ChunkDirectory
    /// By series, those of series `i` at `startEnds[i-1] ..< startEnds[i]`; both empty where no series has any.
    private let starts: [StartTimes.Change]
    private let startEnds: [Int]

    var index: LabelIndex { shared.index }

    init(
        shared: SharedLabelIndex, samples: ChunkDirectory, histograms: ChunkDirectory, starts: [StartTimes.Change]
    ) {
        self.shared = shared
        self.samples = samples
        self.histograms = histograms
        self.starts = starts
        var ends: [Int] = []
        if starts.isEmpty {
            startEnds = ends
            return
        }
        let index = shared.index
        ends.reserveCapacity(index.seriesCount)
        var at = 0
        for series in 0..<index.seriesCount {
            while at < starts.count, Int(starts[at].series) == series { at += 1 }
            ends.append(at)
        }
        startEnds = ends
    }

    func starts(_ series: Int) -> ArraySlice<StartTimes.Change> {
        starts.isEmpty ? [] : starts[LabelIndex.slice(startEnds, series)]
    }

    /// Beside what is shared.
    var ownBytes: Int { samples.byteCount + histograms.byteCount + starts.count * 24 + startEnds.count * 8 }
    var byteCount: Int { shared.bytes + ownBytes }
}

internal import TeleCodec

/// A reading pass over chosen series of a segment, in ascending order: each group is read once.
final class SegmentPass {
    private let reader: SampleSegmentReader
    private let index: SegmentIndex
    private let positions: [Int]
    private let range: ClosedRange<Int64>
    /// Broken groups are thrown, beside being reported.
    private let isStrict: Bool
    /// Samples that deletions hide.
    private let hidden: HiddenSamples?
    private var sampleGroup = LoadedGroup()
    private var histogramGroup = LoadedGroup()

    /// The group that was read last; no bytes where it is broken.
    private struct LoadedGroup {
        var number = -1
        var bytes: [UInt8]?
    }

    init(
        _ reader: SampleSegmentReader, _ index: SegmentIndex, _ positions: [Int], _ range: ClosedRange<Int64>,
        isStrict: Bool = false, hidden: HiddenSamples? = nil
    ) {
        self.hidden = hidden
        self.reader = reader
        self.index = index
        self.positions = positions
        self.range = range
        self.isStrict = isStrict
    }

    /// Appends the samples of a chosen series in order of time; returns how many were decoded.
    func samples(
        _ slot: Int, _ decoder: inout SampleChunk.Decoder, _ times: inout [Int64], _ values: inout [Double]
    ) throws(CodecError) -> Int {
        var rows = 0
        let start = times.count
        defer { hidden?.drop(positions[slot], &times, &values, from: start) }
        for chunk in index.samples.chunks(positions[slot]) where index.samples.overlaps(chunk, range) {
            let number = Int(index.samples.groups[chunk])
            if sampleGroup.number != number { sampleGroup = try load(number, of: index.samples) }
            guard let group = sampleGroup.bytes else { continue }
            let bytes = group.span.bytes.extracting(index.samples.bytes(chunk))
            rows += try decoder.decode(bytes, index.samples.header(chunk), in: range, times: &times, values: &values)
        }
        return rows
    }

    func starts(_ slot: Int, _ changes: inout [StartTimes.Change]) {
        changes += index.starts(positions[slot])
    }

    func histograms(_ slot: Int, _ out: inout HistogramColumns) throws(CodecError) {
        if index.histograms.isEmpty { return }
        let start = out.count
        defer { hidden?.drop(positions[slot], &out, from: start) }
        for chunk in index.histograms.chunks(positions[slot]) where index.histograms.overlaps(chunk, range) {
            let number = Int(index.histograms.groups[chunk])
            if histogramGroup.number != number { histogramGroup = try load(number, of: index.histograms) }
            guard let group = histogramGroup.bytes else { continue }
            let bytes = group.span.bytes.extracting(index.histograms.bytes(chunk))
            try HistogramChunk.decode(bytes, index.histograms.header(chunk), in: range, into: &out)
        }
    }

    private func load(_ number: Int, of directory: ChunkDirectory) throws(CodecError) -> LoadedGroup {
        do {
            return LoadedGroup(number: number, bytes: try reader.group(number, of: directory))
        } catch {
            try reader.report(error)
            if isStrict { throw error }
            return LoadedGroup(number: number, bytes: nil)
        }
    }
}

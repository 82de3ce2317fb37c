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
        let directory = index.samples
        var rows = 0
        let start = times.count
        defer { hidden?.drop(positions[slot], &times, &values, from: start) }
        for chunk in directory.chunks(positions[slot]) {
            guard directory.minTimes[chunk] <= range.upperBound, directory.maxTimes[chunk] >= range.lowerBound else {
                continue
            }
            try load(Int(directory.groups[chunk]), of: directory, into: &sampleGroup)
            guard let group = sampleGroup.bytes else { continue }
            let start = Int(directory.offsets[chunk])
            let bytes = group.span.bytes.extracting(start..<start + Int(directory.lengths[chunk]))
            rows += try decoder.decode(bytes, directory.header(chunk), in: range, times: &times, values: &values)
        }
        return rows
    }

    func starts(_ slot: Int, _ changes: inout [StartTimes.Change]) {
        changes += index.starts(positions[slot])
    }

    func histograms(_ slot: Int, _ out: inout HistogramColumns) throws(CodecError) {
        let directory = index.histograms
        let start = out.count
        defer { hidden?.drop(positions[slot], &out, from: start) }
        for chunk in directory.chunks(positions[slot]) {
            guard directory.minTimes[chunk] <= range.upperBound, directory.maxTimes[chunk] >= range.lowerBound else {
                continue
            }
            try load(Int(directory.groups[chunk]), of: directory, into: &histogramGroup)
            guard let group = histogramGroup.bytes else { continue }
            let start = Int(directory.offsets[chunk])
            let bytes = group.span.bytes.extracting(start..<start + Int(directory.lengths[chunk]))
            try HistogramChunk.decode(bytes, directory.header(chunk), in: range, into: &out)
        }
    }

    private func load(
        _ number: Int, of directory: ChunkDirectory, into group: inout LoadedGroup
    ) throws(CodecError) {
        if group.number == number { return }
        group = LoadedGroup(number: number, bytes: nil)
        do {
            group.bytes = try reader.group(number, of: directory)
        } catch {
            try reader.report(error)
            if isStrict { throw error }
        }
    }
}

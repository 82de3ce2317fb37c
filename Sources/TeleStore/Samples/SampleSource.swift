internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Anything that samples are read from: a head as it was at one moment, or a segment.
package enum SampleSource: Sendable {
    case head(SampleHeadSnapshot)
    case segment(SampleSegmentReader)

    /// Unix milliseconds, inclusive; `minTime > maxTime` where there are no samples.
    package var minTime: Int64 {
        switch self {
        case .head(let head): head.minTime
        case .segment(let segment): segment.summary.minTime
        }
    }

    package var maxTime: Int64 {
        switch self {
        case .head(let head): head.maxTime
        case .segment(let segment): segment.summary.maxTime
        }
    }

    /// Float samples and histograms, about.
    var sampleCount: Int {
        switch self {
        case .head(let head): head.sampleCount
        case .segment(let segment): segment.summary.sampleCount
        }
    }

    package func overlaps(_ time: ClosedRange<Int64>) -> Bool {
        minTime <= time.upperBound && maxTime >= time.lowerBound
    }

    func index() throws(CodecError) -> LabelIndex {
        switch self {
        case .head(let head): head.headIndex.index
        case .segment(let segment): try segment.segmentIndex().index
        }
    }

    /// An index that other sources may have as well; nil where there is none, and of one with histograms.
    func sharedIndex() throws(CodecError) -> SharedLabelIndex? {
        guard case .segment(let segment) = self else { return nil }
        let loaded = try segment.segmentIndex()
        return loaded.histograms.isEmpty ? loaded.shared : nil
    }

    /// Exemplars with positions of the index as series, in order of arrival.
    func exemplarRows() throws(CodecError) -> [ExemplarRows.Row] {
        switch self {
        case .head(let head):
            let positions = head.headIndex.positions
            return head.head.exemplars.rows.map { row in
                var row = row
                row.series = positions[Int(row.series)]
                return row
            }
        case .segment(let segment):
            if segment.summary.exemplarCount == 0 { return [] }
            let rows = try ExemplarBytes.decode(
                try segment.section(.exemplars), seriesCount: segment.summary.seriesCount)
            guard let hidden = try segment.hidden() else { return rows }
            return rows.filter { !hidden.hides(Int($0.series), $0.time) }
        }
    }

    /// Changes of start times with positions of the index as series, in order of arrival.
    func startChanges() throws(CodecError) -> [StartTimes.Change] {
        switch self {
        case .head(let head):
            let positions = head.headIndex.positions
            return head.head.starts.changes.map { change in
                var change = change
                change.series = positions[Int(change.series)]
                return change
            }
        case .segment(let segment):
            return try StartTimes.decode(try segment.section(.starts), seriesCount: segment.summary.seriesCount)
        }
    }

    func metadataRows() throws(CodecError) -> [MetricMetadata] {
        switch self {
        case .head(let head): head.head.metadata.rows
        case .segment(let segment): try MetadataBytes.decode(try segment.section(.metadata))
        }
    }

    /// `isStrict`: throws where a segment's chunks don't read, rather than to leave them out.
    func pass(
        over positions: [Int], in range: ClosedRange<Int64>, isStrict: Bool = false
    ) throws(CodecError) -> SamplePass {
        switch self {
        case .head(let head): .head(head.pass(over: positions, in: range))
        case .segment(let segment): .segment(try segment.pass(over: positions, in: range, isStrict: isStrict))
        }
    }
}

/// A reading pass over chosen series of a source; slots are places in the list of positions it was made for.
enum SamplePass {
    case head(HeadPass)
    case segment(SegmentPass)

    func samples(
        _ slot: Int, _ decoder: inout SampleChunk.Decoder, _ times: inout [Int64], _ values: inout [Double]
    ) throws(CodecError) -> Int {
        switch self {
        case .head(let pass): try pass.samples(slot, &decoder, &times, &values)
        case .segment(let pass): try pass.samples(slot, &decoder, &times, &values)
        }
    }

    /// Changes of the series' start time, by time.
    func starts(_ slot: Int, _ changes: inout [StartTimes.Change]) {
        switch self {
        case .head(let pass): pass.starts(slot, &changes)
        case .segment(let pass): pass.starts(slot, &changes)
        }
    }

    func histograms(_ slot: Int, _ rows: inout HistogramColumns) throws(CodecError) {
        switch self {
        case .head(let pass): pass.histograms(slot, &rows)
        case .segment(let pass): try pass.histograms(slot, &rows)
        }
    }
}

extension SampleSource {
    /// A segment that does not read is reported and left out of the answer, as far as someone listens; else the query
    /// fails.
    func leaveOut(_ error: CodecError) throws(EngineError) {
        guard case .segment(let segment) = self else { throw .broken(error) }
        do throws(CodecError) { try segment.report(error) } catch { throw .broken(error) }
    }
}

extension EngineError {
    /// Bytes of a segment or run that do not read.
    static func broken(_ error: CodecError) -> EngineError { .failed("samples: \(error)") }
}

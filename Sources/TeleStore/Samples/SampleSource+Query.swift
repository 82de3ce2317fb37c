internal import TeleCodec
package import TeleEngine
package import TeleModel

extension SampleSource {
    /// What a series costs in the answer.
    private static let seriesBytes = 256

    /// Series that match and have samples in the time range, with those samples, of sources from old to new. The budget
    /// is charged with the samples looked at and the bytes of the answer.
    package static func select(
        _ sources: [SampleSource], _ selection: SeriesSelection, budget: QueryBudget
    ) throws(EngineError) -> SeriesData {
        var cursors = try cursors(sources, selection)
        var found: [SeriesData] = []
        for i in cursors.indices { found.append(try cursors[i].read(before: nil, budget)) }
        return SeriesMerge.merge(found)
    }

    /// One for each source that has any such series, or for several in a row that have the same.
    static func cursors(
        _ sources: [SampleSource], _ selection: SeriesSelection
    ) throws(EngineError) -> [SampleCursor] {
        var cursors: [SampleCursor] = []
        for source in sources where source.overlaps(selection.time) {
            do throws(CodecError) {
                if let last = cursors.indices.last, try cursors[last].join(source) { continue }
                if let cursor = try SampleCursor(source, selection) { cursors.append(cursor) }
            } catch {
                try source.leaveOut(error)
            }
        }
        return cursors
    }

    /// Label sets of matching series that have samples in the time range (of a head: that may have), in order.
    package func series(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [LabelSet] {
        guard overlaps(selection.time) else { return [] }
        do {
            let (index, positions) = try present(selection)
            try budget.charge(rows: positions.count, bytes: positions.count * SampleSource.seriesBytes)
            return positions.map { index.labelSet($0) }
        } catch let error as CodecError {
            try leaveOut(error)
            return []
        } catch let error as EngineError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Names of the labels of such series, in no particular order.
    package func labelNames(_ selection: SeriesSelection) throws(EngineError) -> [String] {
        guard overlaps(selection.time) else { return [] }
        do throws(CodecError) {
            let (index, positions) = try present(selection)
            return index.names(of: SampleSource.set(positions, of: index))
        } catch {
            try leaveOut(error)
            return []
        }
    }

    /// Values of a label of such series, in no particular order.
    package func labelValues(_ name: String, _ selection: SeriesSelection) throws(EngineError) -> [String] {
        guard overlaps(selection.time) else { return [] }
        do throws(CodecError) {
            let (index, positions) = try present(selection)
            return index.values(of: name, series: SampleSource.set(positions, of: index))
        } catch {
            try leaveOut(error)
            return []
        }
    }

    private static func set(_ positions: [Int], of index: LabelIndex) -> SeriesSet {
        var set = SeriesSet(capacity: index.seriesCount)
        for position in positions { set.insert(position) }
        return set
    }

    private func present(_ selection: SeriesSelection) throws(CodecError) -> (LabelIndex, [Int]) {
        switch self {
        case .head(let head):
            let built = head.headIndex
            let positions = built.index.select(selection.matchers).positions
            // The index may know series that are younger than the snapshot.
            return (built.index, positions.filter { Int(built.order[$0]) < head.seriesCount })
        case .segment(let segment):
            let loaded = try segment.segmentIndex()
            let positions = loaded.index.select(selection.matchers).positions.filter {
                loaded.samples.hasRows($0, in: selection.time) || loaded.histograms.hasRows($0, in: selection.time)
            }
            return (loaded.index, try segment.visible(positions, in: selection.time))
        }
    }

    /// Exemplars of matching series in the time range, series in order, exemplars by time, repeated ones once.
    package func exemplars(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [ExemplarData] {
        do throws(CodecError) {
            let rows = try exemplarRows().filter { selection.time.contains($0.time) }
            if rows.isEmpty { return [] }
            let index = try index()
            let selected = index.select(selection.matchers)
            var bySeries: [UInt32: [(time: Int64, value: Double, labels: LabelSet)]] = [:]
            for row in rows where selected.contains(Int(row.series)) {
                bySeries[row.series, default: []].append((row.time, row.value, LabelSet(canonical: row.labels)))
            }
            return bySeries.sorted { $0.key < $1.key }.map { series, exemplars in
                ExemplarData(labels: index.labelSet(Int(series)), exemplars: SeriesMerge.ordered(exemplars))
            }
        } catch {
            try leaveOut(error)
            return []
        }
    }

    package func metadata() throws(EngineError) -> [MetricMetadata] {
        do throws(CodecError) {
            return try metadataRows()
        } catch {
            try leaveOut(error)
            return []
        }
    }
}

internal import TeleCodec
package import TeleEngine
internal import TeleModel

/// Makes one segment of one or more heads and segments: sealing and compaction are the same work. Holds the index of
/// the result, one series and two groups, beside what the sources hold.
package enum SampleSegmentMerger {
    /// Writes what the sources, old to new, have in the time range to the sink, which takes bytes in order. Of samples
    /// of a series with the same time that of the newest source stays. Exemplars outside the time range and series
    /// without anything in it are left out. Throws what the sink throws, and `failed` where a source does not read:
    /// what was written is to be thrown away then.
    @discardableResult
    package static func merge(
        _ sources: [SampleSource], time: ClosedRange<Int64> = .min ... .max,
        into sink: @escaping ([UInt8]) throws(EngineError) -> Void
    ) throws(EngineError) -> SampleSegmentSummary {
        do {
            return try write(sources, time, sink)
        } catch let error as CodecError {
            throw .broken(error)
        } catch let error as EngineError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }

    private static func write(
        _ sources: [SampleSource], _ time: ClosedRange<Int64>,
        _ sink: @escaping ([UInt8]) throws(EngineError) -> Void
    ) throws -> SampleSegmentSummary {
        var plan = try MergePlan(sources)
        var writer = try SampleSegmentWriter(sink: sink)
        var passes: [SamplePass] = []
        for (number, source) in sources.enumerated() {
            passes.append(try source.pass(over: Array(0..<plan.seriesCount(of: number)), in: time, isStrict: true))
        }
        let exemplars = try gather(sources) { source throws(CodecError) in
            try source.exemplarRows().filter { time.contains($0.time) }.map { (Int($0.series), $0) }
        }
        let starts = try gather(sources) { source throws(CodecError) in
            try source.startChanges().map { (Int($0.series), $0) }
        }

        var exemplarBytes: [UInt8] = []
        var exemplarCount = 0
        var changes: [StartTimes.Change] = []
        var decoder = SampleChunk.Decoder()
        var columns = SampleColumns()
        var histograms = HistogramColumns()
        while let members = plan.advance() {
            columns.removeAll()
            histograms.removeAll()
            var kept: [ExemplarRows.Row] = []
            var started: [StartTimes.Change] = []
            for (source, position) in members {
                _ = try passes[source].samples(position, &decoder, &columns.times, &columns.values)
                try passes[source].histograms(position, &histograms)
                kept += exemplars[source][position] ?? []
                started += starts[source][position] ?? []
            }
            ArrivalOrder.settle(&columns.times, &columns.values, from: 0)
            histograms.settle()
            guard columns.count > 0 || histograms.count > 0 || !kept.isEmpty, let (source, position) = members.first
            else { continue }
            let series = plan.keep(source, position)
            try writer.add(columns, histograms)
            for row in SampleSegmentMerger.distinct(kept) {
                guard exemplarBytes.count < SampleLimits.exemplarBytes else { break }
                var row = row
                row.series = series
                ExemplarBytes.append(row, to: &exemplarBytes)
                exemplarCount += 1
            }
            for change in SampleSegmentMerger.settled(started) {
                changes.append(StartTimes.Change(series: series, time: change.time, started: change.started))
            }
        }
        var metadata: [[MetricMetadata]] = []
        for source in sources { metadata.append(try source.metadataRows()) }
        return try writer.finish(
            plan.finishedIndex(), exemplars: exemplarBytes, exemplarCount: exemplarCount,
            metadata: MetadataBytes.encode(SeriesMerge.merge(metadata)), starts: StartTimes.encode(changes))
    }

    /// What each source has beside its samples, by position.
    private static func gather<Row>(
        _ sources: [SampleSource], _ rows: (SampleSource) throws(CodecError) -> [(Int, Row)]
    ) throws(CodecError) -> [[Int: [Row]]] {
        var out: [[Int: [Row]]] = []
        for source in sources {
            var byPosition: [Int: [Row]] = [:]
            for (position, row) in try rows(source) { byPosition[position, default: []].append(row) }
            out.append(byPosition)
        }
        return out
    }

    private static func distinct(_ rows: [ExemplarRows.Row]) -> [ExemplarRows.Row] {
        SeriesMerge.ordered(rows.map { ($0.time, $0.value, LabelSet(canonical: $0.labels)) })
            .map { ExemplarRows.Row(series: 0, time: $0.time, value: $0.value, labels: $0.labels.bytes) }
    }

    /// Changes in order of time, without those that change nothing; of the same time the last stays.
    private static func settled(_ changes: [StartTimes.Change]) -> [StartTimes.Change] {
        var out: [StartTimes.Change] = []
        let times = changes.map(\.time)
        for row in ArrivalOrder.kept(times.span) where out.last?.started != changes[row].started {
            out.append(changes[row])
        }
        return out
    }
}

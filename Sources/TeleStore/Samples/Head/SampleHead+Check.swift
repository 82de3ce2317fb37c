package import TeleEngine
package import TeleModel

extension SampleHead {
    /// Whether a batch keeps its type's invariants: to be asked before the batch is written to the log. Throws
    /// `badBatch` naming the column.
    package static func check(_ batch: SampleBatch) throws(EngineError) {
        let heapCount = batch.heap.count
        let rows = batch.time.count
        let histograms = batch.histogramTime.count
        let exemplars = batch.exemplarTime.count
        let names = batch.metadataName.count
        guard batch.seriesHash.count == batch.seriesLabels.count, batch.series.count == rows,
            batch.value.count == rows, batch.started.isEmpty || batch.started.count == rows,
            batch.histogramSeries.count == histograms, batch.histogram.count == histograms,
            batch.histogramStarted.isEmpty || batch.histogramStarted.count == histograms,
            batch.exemplarSeries.count == exemplars, batch.exemplarValue.count == exemplars,
            batch.exemplarLabels.count == exemplars, batch.metadataType.count == names,
            batch.metadataUnit.count == names, batch.metadataHelp.count == names
        else { throw .badBatch("columns of a sample batch differ in length") }
        for column in [batch.series, batch.histogramSeries, batch.exemplarSeries] {
            guard isBelow(batch.seriesLabels.count, column.span) else {
                throw .badBatch("a sample is of a series that the batch does not have")
            }
        }
        for column in [
            batch.seriesLabels, batch.histogram, batch.exemplarLabels, batch.metadataName, batch.metadataUnit,
            batch.metadataHelp,
        ] {
            guard isWithin(heapCount, column.span) else { throw .badBatch("a text lies outside the batch's heap") }
        }
        let heap = batch.heap.bytes.span
        for range in batch.histogram {
            guard range.count <= SampleLimits.histogramBytes,
                NativeHistogram(encoded: heap.extracting(range.range)) != nil
            else { throw .badBatch("a native histogram does not read") }
        }
    }

    private static func isBelow(_ limit: Int, _ column: borrowing Span<UInt32>) -> Bool {
        var highest: UInt32 = 0
        for i in 0..<column.count { highest = max(highest, column[i]) }
        return column.count == 0 || Int(highest) < limit
    }

    private static func isWithin(_ count: Int, _ column: borrowing Span<ByteRange>) -> Bool {
        var highest = 0
        for i in 0..<column.count { highest = max(highest, Int(column[i].offset) + Int(column[i].count)) }
        return highest <= count
    }
}

package import TeleModel

/// Samples: the labels of the series (``SeriesLabelDump``), the columns of the samples, then the heap and the columns
/// of histograms, exemplars and metadata. A sample takes 8 bytes and its series a dozen: the log is written and synced
/// for every request, and labels as they are would be most of it. A record stands alone: were labels written once a
/// file, one flipped bit would cost every later record their series.
extension BatchDump {
    package static func encode(_ batch: SampleBatch, into out: inout [UInt8]) {
        var writer = begin(samples, &out)
        SeriesLabelDump.encode(batch, into: &writer.out)
        writer.column(batch.series)
        writer.column(batch.time)
        writer.column(batch.value)
        writer.column(batch.started)
        writer.column(batch.histogramSeries)
        writer.column(batch.histogramTime)
        writer.column(batch.histogramStarted)
        writer.column(batch.exemplarSeries)
        writer.column(batch.exemplarTime)
        writer.column(batch.exemplarValue)
        writer.column(batch.metadataType)
        writer.texts(batch.histogram, batch.heap)
        writer.texts(batch.exemplarLabels, batch.heap)
        writer.texts(batch.metadataName, batch.heap)
        writer.texts(batch.metadataUnit, batch.heap)
        writer.texts(batch.metadataHelp, batch.heap)
        out = writer.finish()
    }

    package static func decodeSamples(_ bytes: borrowing Span<UInt8>) throws(CodecError) -> SampleBatch {
        var reader = ByteReader(bytes.bytes)
        try begin(samples, &reader)
        var batch = SampleBatch()
        try SeriesLabelDump.decode(&reader, into: &batch)
        batch.series = try reader.dumpColumn32()
        batch.time = try reader.dumpColumnInt64()
        batch.value = try reader.dumpColumnDouble()
        batch.started = try reader.dumpColumnInt64()
        batch.histogramSeries = try reader.dumpColumn32()
        batch.histogramTime = try reader.dumpColumnInt64()
        batch.histogramStarted = try reader.dumpColumnInt64()
        batch.exemplarSeries = try reader.dumpColumn32()
        batch.exemplarTime = try reader.dumpColumnInt64()
        batch.exemplarValue = try reader.dumpColumnDouble()
        batch.metadataType = try reader.dumpColumn8()
        batch.histogram = try reader.dumpTexts(&batch.heap)
        batch.exemplarLabels = try reader.dumpTexts(&batch.heap)
        batch.metadataName = try reader.dumpTexts(&batch.heap)
        batch.metadataUnit = try reader.dumpTexts(&batch.heap)
        batch.metadataHelp = try reader.dumpTexts(&batch.heap)
        try end(reader)
        try BatchCheck.validate(batch)
        return batch
    }
}

extension DumpWriter {
    /// Lengths as a column, then the bytes of all one behind the other.
    mutating func texts(_ ranges: [ByteRange], _ heap: ByteHeap) {
        column(ranges.map { $0.count })
        for range in ranges { out.append(contentsOf: heap[range]) }
    }
}

extension ByteReader {
    @_lifetime(self: copy self)
    mutating func dumpTexts(_ heap: inout ByteHeap) throws(CodecError) -> [ByteRange] {
        var ranges: [ByteRange] = []
        for count in try dumpColumn32() {
            let text = try take(Int(count))
            guard heap.count + text.byteCount <= Int(UInt32.max) else { throw error("heap of more than 4 GiB") }
            ranges.append(heap.append(Span<UInt8>(_bytes: text)))
        }
        return ranges
    }
}

package import TeleModel

/// The memory of a batch, column by column, for the write-ahead log: copied, not compressed but for the labels of
/// series. First byte: version 1; second: 1 logs, 2 spans, 3 samples; then the columns in the order of the struct.
/// Decoding checks everything (``BatchCheck``).
package enum BatchDump {
    package static let version: UInt8 = 1
    private static let logs: UInt8 = 1
    private static let spans: UInt8 = 2
    static let samples: UInt8 = 3

    static func begin(_ kind: UInt8, _ out: inout [UInt8]) -> DumpWriter {
        var taken: [UInt8] = []
        swap(&taken, &out)
        taken.append(version)
        taken.append(kind)
        return DumpWriter(taken)
    }

    package static func encode(_ batch: LogBatch, into out: inout [UInt8]) {
        var writer = begin(logs, &out)
        writer.core(batch.core)
        writer.column(batch.resource)
        writer.column(batch.scope)
        writer.column(batch.time)
        writer.column(batch.observed)
        writer.column(batch.severity)
        writer.column(batch.severityText)
        writer.column(batch.bodyKind)
        writer.column(batch.body)
        writer.column(batch.traceHigh)
        writer.column(batch.traceLow)
        writer.column(batch.span)
        writer.column(batch.flags)
        writer.column(batch.droppedAttributes)
        writer.column(batch.eventName)
        writer.table(batch.attributes)
        out = writer.finish()
    }

    package static func encode(_ batch: SpanBatch, into out: inout [UInt8]) {
        var writer = begin(spans, &out)
        writer.core(batch.core)
        writer.column(batch.resource)
        writer.column(batch.scope)
        writer.column(batch.traceHigh)
        writer.column(batch.traceLow)
        writer.column(batch.span)
        writer.column(batch.parent)
        writer.column(batch.start)
        writer.column(batch.end)
        writer.column(batch.name)
        writer.column(batch.kind)
        writer.column(batch.statusCode)
        writer.column(batch.statusMessage)
        writer.column(batch.traceState)
        writer.column(batch.flags)
        writer.column(batch.droppedAttributes)
        writer.column(batch.droppedEvents)
        writer.column(batch.droppedLinks)
        writer.table(batch.attributes)
        writer.column(batch.events.ends)
        writer.column(batch.events.time)
        writer.column(batch.events.name)
        writer.column(batch.events.droppedAttributes)
        writer.table(batch.events.attributes)
        writer.column(batch.links.ends)
        writer.column(batch.links.traceHigh)
        writer.column(batch.links.traceLow)
        writer.column(batch.links.span)
        writer.column(batch.links.traceState)
        writer.column(batch.links.flags)
        writer.column(batch.links.droppedAttributes)
        writer.table(batch.links.attributes)
        out = writer.finish()
    }

    static func begin(_ kind: UInt8, _ reader: inout ByteReader) throws(CodecError) {
        let found = try reader.byte()
        guard found == version else { throw reader.error("dump of version \(found), this program knows \(version)") }
        guard try reader.byte() == kind else { throw reader.error("dump of another signal") }
    }

    static func end(_ reader: borrowing ByteReader) throws(CodecError) {
        guard reader.isAtEnd else { throw reader.error("\(reader.remaining) bytes behind the batch") }
    }

    package static func decodeLogs(_ bytes: borrowing Span<UInt8>) throws(CodecError) -> LogBatch {
        var reader = ByteReader(bytes.bytes)
        try begin(logs, &reader)
        var batch = LogBatch()
        batch.core = try reader.dumpCore()
        batch.resource = try reader.dumpColumn32()
        batch.scope = try reader.dumpColumn32()
        batch.time = try reader.dumpColumn64()
        batch.observed = try reader.dumpColumn64()
        batch.severity = try reader.dumpColumnInt32()
        batch.severityText = try reader.dumpRanges()
        batch.bodyKind = try reader.dumpColumn8()
        batch.body = try reader.dumpColumn64()
        batch.traceHigh = try reader.dumpColumn64()
        batch.traceLow = try reader.dumpColumn64()
        batch.span = try reader.dumpColumn64()
        batch.flags = try reader.dumpColumn32()
        batch.droppedAttributes = try reader.dumpColumn32()
        batch.eventName = try reader.dumpRanges()
        batch.attributes = try reader.dumpTable()
        try end(reader)
        try BatchCheck.validate(batch)
        return batch
    }

    package static func decodeSpans(_ bytes: borrowing Span<UInt8>) throws(CodecError) -> SpanBatch {
        var reader = ByteReader(bytes.bytes)
        try begin(spans, &reader)
        var batch = SpanBatch()
        batch.core = try reader.dumpCore()
        batch.resource = try reader.dumpColumn32()
        batch.scope = try reader.dumpColumn32()
        batch.traceHigh = try reader.dumpColumn64()
        batch.traceLow = try reader.dumpColumn64()
        batch.span = try reader.dumpColumn64()
        batch.parent = try reader.dumpColumn64()
        batch.start = try reader.dumpColumn64()
        batch.end = try reader.dumpColumn64()
        batch.name = try reader.dumpRanges()
        batch.kind = try reader.dumpColumnInt32()
        batch.statusCode = try reader.dumpColumnInt32()
        batch.statusMessage = try reader.dumpRanges()
        batch.traceState = try reader.dumpRanges()
        batch.flags = try reader.dumpColumn32()
        batch.droppedAttributes = try reader.dumpColumn32()
        batch.droppedEvents = try reader.dumpColumn32()
        batch.droppedLinks = try reader.dumpColumn32()
        batch.attributes = try reader.dumpTable()
        batch.events.ends = try reader.dumpColumn32()
        batch.events.time = try reader.dumpColumn64()
        batch.events.name = try reader.dumpRanges()
        batch.events.droppedAttributes = try reader.dumpColumn32()
        batch.events.attributes = try reader.dumpTable()
        batch.links.ends = try reader.dumpColumn32()
        batch.links.traceHigh = try reader.dumpColumn64()
        batch.links.traceLow = try reader.dumpColumn64()
        batch.links.span = try reader.dumpColumn64()
        batch.links.traceState = try reader.dumpRanges()
        batch.links.flags = try reader.dumpColumn32()
        batch.links.droppedAttributes = try reader.dumpColumn32()
        batch.links.attributes = try reader.dumpTable()
        try end(reader)
        try BatchCheck.validate(batch)
        return batch
    }
}

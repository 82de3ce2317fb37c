package import TeleModel

/// Batches as OTLP, grouped by resource and scope; rows keep their order within.
extension OTLP {
    /// `TracesData`, which is also `ExportTraceServiceRequest`.
    package static func encodeTraces(protobuf batch: SpanBatch) -> [UInt8] {
        var writer = BatchWriter(batch.core, capacity: batch.core.heap.count + batch.count * 64)
        writer.groups(resource: batch.resource, scope: batch.scope) { writer, row in
            writer.traceID(1, batch.traceHigh, batch.traceLow, row)
            writer.spanID(2, batch.span, row)
            writer.text(3, batch.traceState, row)
            writer.spanID(4, batch.parent, row)
            writer.text(5, batch.name, row)
            writer.int32(6, batch.kind, row)
            writer.fixed64(7, batch.start, row)
            writer.fixed64(8, batch.end, row)
            writer.attributes(9, batch.attributes, row)
            writer.uint32(10, batch.droppedAttributes, row)
            if row < batch.events.ends.count { events(batch, row, &writer) }
            writer.uint32(12, batch.droppedEvents, row)
            if row < batch.links.ends.count { links(batch, row, &writer) }
            writer.uint32(14, batch.droppedLinks, row)
            let start = writer.out.open(15)
            writer.text(2, batch.statusMessage, row)
            writer.int32(3, batch.statusCode, row)
            writer.out.close(start)
            writer.fixed32(16, batch.flags, row)
        }
        return writer.out.bytes
    }

    private static func events(_ batch: SpanBatch, _ span: Int, _ writer: inout BatchWriter) {
        for row in batch.events.rows(of: span) {
            let start = writer.out.open(11)
            writer.fixed64(1, batch.events.time, row)
            writer.text(2, batch.events.name, row)
            writer.attributes(3, batch.events.attributes, row)
            writer.uint32(4, batch.events.droppedAttributes, row)
            writer.out.close(start)
        }
    }

    private static func links(_ batch: SpanBatch, _ span: Int, _ writer: inout BatchWriter) {
        for row in batch.links.rows(of: span) {
            let start = writer.out.open(13)
            writer.traceID(1, batch.links.traceHigh, batch.links.traceLow, row)
            writer.spanID(2, batch.links.span, row)
            writer.text(3, batch.links.traceState, row)
            writer.attributes(4, batch.links.attributes, row)
            writer.uint32(5, batch.links.droppedAttributes, row)
            writer.fixed32(6, batch.links.flags, row)
            writer.out.close(start)
        }
    }

    /// `LogsData`, which is also `ExportLogsServiceRequest`.
    package static func encodeLogs(protobuf batch: LogBatch) -> [UInt8] {
        var writer = BatchWriter(batch.core, capacity: batch.core.heap.count + batch.count * 64)
        writer.groups(resource: batch.resource, scope: batch.scope) { writer, row in
            writer.fixed64(1, batch.time, row)
            writer.int32(2, batch.severity, row)
            writer.text(3, batch.severityText, row)
            if row < batch.bodyKind.count, batch.bodyKind[row] != 0 { writer.value(5, batch.bodyValue(row)) }
            writer.attributes(6, batch.attributes, row)
            writer.uint32(7, batch.droppedAttributes, row)
            writer.fixed32(8, batch.flags, row)
            writer.traceID(9, batch.traceHigh, batch.traceLow, row)
            writer.spanID(10, batch.span, row)
            writer.fixed64(11, batch.observed, row)
            writer.text(12, batch.eventName, row)
        }
        return writer.out.bytes
    }

    package static func encodeTraces(json batch: SpanBatch, style: JSONStyle = .otlp) -> [UInt8] {
        json(encodeTraces(protobuf: batch), message: OTLPSchema.tracesRequest, style: style)
    }

    package static func encodeLogs(json batch: LogBatch, style: JSONStyle = .otlp) -> [UInt8] {
        json(encodeLogs(protobuf: batch), message: OTLPSchema.logsRequest, style: style)
    }

    private static func json(_ protobuf: [UInt8], message: Int, style: JSONStyle) -> [UInt8] {
        var writer = ProtobufToJSON(style: style)
        writer.out.reserveCapacity(protobuf.count * 2)
        do throws(WireError) {
            try writer.message(message, ProtobufReader(protobuf.span.bytes), isRoot: true)
        } catch {
            // Our own bytes: only a batch that a bad disk gave back comes here. A cut list is no valid answer.
            return Array("{}".utf8)
        }
        return writer.out
    }
}

import TeleModel
import TeleWire
import Tracing

/// OTLP's Span message. Values of the host are read here, on the thread that ends the span, so that nothing of the
/// host is kept alive by the queue and its size in bytes is known.
struct SpanEncoder {
    let traceID: TraceID
    let spanID: SpanID
    let parent: SpanContext?
    let traceState: String
    let kind: SpanKind
    let start: UInt64
    let end: UInt64
    let limits: TeleConfiguration.SpanLimits

    func encode(_ state: SpanState) -> [UInt8] {
        var writer = ProtobufWriter(capacity: 256)
        writer.traceID(1, traceID)
        writer.spanID(2, spanID)
        if !traceState.isEmpty { writer.string(3, traceState) }
        if let parent { writer.spanID(4, parent.spanID) }
        writer.string(5, state.name, limit: ClientLimits.nameBytes)
        writer.uint64(6, number(kind))
        writer.fixed64(7, start)
        writer.fixed64(8, end)
        let dropped = writer.spanAttributes(9, state.attributes, most: limits.attributes, valueBytes: limits.valueBytes)
        if dropped > 0 { writer.uint64(10, dropped) }
        for event in state.events {
            writer.message(11) { (inner: inout ProtobufWriter) in
                inner.fixed64(1, event.nanosecondsSinceEpoch)
                inner.string(2, event.name, limit: ClientLimits.nameBytes)
                let dropped = inner.spanAttributes(
                    3, event.attributes, most: limits.attributesPerEvent, valueBytes: limits.valueBytes)
                if dropped > 0 { inner.uint64(4, dropped) }
            }
        }
        if state.droppedEvents > 0 { writer.uint32(12, state.droppedEvents) }
        for link in state.links { encode(link, into: &writer) }
        if state.droppedLinks > 0 { writer.uint32(14, state.droppedLinks) }
        if let status = state.status {
            writer.message(15) { (inner: inout ProtobufWriter) in
                if let message = status.message { inner.string(2, message, limit: ClientLimits.valueBytes) }
                inner.uint64(3, status.code == .error ? 2 : 1)
            }
        }
        writer.fixed32(16, 0x101 | (parent?.isRemote == true ? 0x200 : 0))
        return writer.bytes
    }

    /// A link to a context that names no span says nothing and is left out.
    private func encode(_ link: SpanLink, into writer: inout ProtobufWriter) {
        guard let target = link.context.teleSpan else { return }
        writer.message(13) { (inner: inout ProtobufWriter) in
            inner.traceID(1, target.traceID)
            inner.spanID(2, target.spanID)
            if !target.traceState.isEmpty { inner.string(3, target.traceState) }
            let dropped = inner.spanAttributes(
                4, link.attributes, most: limits.attributesPerLink, valueBytes: limits.valueBytes)
            if dropped > 0 { inner.uint64(5, dropped) }
            inner.fixed32(6, target.flags(isRemote: target.isRemote))
        }
    }

    private func number(_ kind: SpanKind) -> UInt64 {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}

extension ProtobufWriter {
    /// - Returns: the number of attributes that were left out.
    mutating func spanAttributes(
        _ field: Int, _ attributes: SpanAttributes, most: Int, valueBytes: Int
    ) -> UInt64 {
        if attributes.isEmpty { return 0 }
        var written = 0
        attributes.forEach { key, value in
            guard written < most, !key.isEmpty else { return }
            attribute(field, key) { $0.spanAttribute(value, limit: valueBytes) }
            written += 1
        }
        return UInt64(attributes.count - written)
    }

    private mutating func spanAttribute(_ value: SpanAttribute, limit: Int) {
        switch value {
        case .string(let value): text(value, limit: limit)
        case .int64(let value): int(value)
        case .int32(let value): int(Int64(value))
        case .bool(let value): flag(value)
        case .double(let value): float(value)
        case .stringConvertible(let value): text(value.description, limit: limit)
        case .stringArray(let values): array(values) { $0.text($1, limit: limit) }
        case .int64Array(let values): array(values) { $0.int($1) }
        case .int32Array(let values): array(values) { $0.int(Int64($1)) }
        case .boolArray(let values): array(values) { $0.flag($1) }
        case .doubleArray(let values): array(values) { $0.float($1) }
        case .stringConvertibleArray(let values): array(values) { $0.text($1.description, limit: limit) }
        default: text("")
        }
    }
}

import TeleModel

/// Builds a batch of Zipkin's spans: the local endpoint is the resource, tags are attributes, annotations are events.
struct ZipkinBatch {
    private let options: DecodeOptions
    private var batch = SpanBatch()
    private var keys: [String: UInt32] = [:]
    private var resources: [ZipkinSpan.Endpoint: UInt32] = [:]
    private var attributes = 0
    private var rejected = 0

    init(_ options: DecodeOptions) {
        self.options = options
        batch.core.scopes.names = [.empty]
        batch.core.scopes.versions = [.empty]
        batch.core.scopes.schemaURLs = [.empty]
        batch.core.scopes.droppedAttributes = [0]
        batch.core.scopes.attributes.closeOwner()
    }

    private mutating func key(_ name: String) -> UInt32 {
        if let known = keys[name] { return known }
        let index = UInt32(batch.core.keys.count)
        batch.core.keys.append(batch.core.heap.append(name))
        keys[name] = index
        return index
    }

    private mutating func text(_ text: String) -> RawValue {
        .range(.string, text.isEmpty ? .empty : batch.core.heap.append(text))
    }

    private mutating func resource(_ endpoint: ZipkinSpan.Endpoint) -> UInt32 {
        if let known = resources[endpoint] { return known }
        let row = batch.core.resources.origins.count
        resources[endpoint] = UInt32(row)
        batch.core.resources.origins.append(ResourceOrigin.zipkin.rawValue)
        batch.core.resources.schemaURLs.append(.empty)
        batch.core.resources.droppedAttributes.append(0)
        batch.core.resources.entityRefs.append(.empty)
        for (name, value) in [
            ("service.name", endpoint.service), (Zipkin.localIPKey, endpoint.ipv4),
            (Zipkin.localIPv6Key, endpoint.ipv6),
        ] where !value.isEmpty {
            let index = key(name)
            let stored = text(value)
            batch.core.resources.attributes.append(key: index, stored)
        }
        if endpoint.port != 0 {
            let index = key(Zipkin.localPortKey)
            batch.core.resources.attributes.append(key: index, .int(Int64(endpoint.port)))
        }
        batch.core.resources.attributes.closeOwner()
        batch.core.resources.fingerprints.append(batch.core.resourceFingerprint(row))
        return UInt32(row)
    }

    private mutating func attribute(_ name: String, _ value: RawValue) {
        let index = key(name)
        batch.attributes.append(key: index, value)
    }

    mutating func append(_ span: ZipkinSpan) throws(WireError) {
        attributes += span.tags.count + span.annotations.count
        guard batch.count < Limits.rowsPerRequest, attributes <= Limits.attributesPerRequest,
            span.tags.count <= Limits.attributesPerOwner, span.annotations.count <= Limits.attributesPerOwner
        else { throw .tooLarge("more spans or tags than one request may have", at: 0) }
        let annotations = span.annotations.sorted { ($0.timestamp, $0.value) < ($1.timestamp, $1.value) }
        let first = span.timestamp != 0 ? span.timestamp : annotations.first?.timestamp ?? 0
        let start = first == 0 ? options.now : ZipkinBatch.nanoseconds(first)
        guard options.accepts(start) else {
            rejected += 1
            return
        }
        batch.resource.append(resource(span.local))
        batch.scope.append(0)
        batch.traceHigh.append(span.traceHigh)
        batch.traceLow.append(span.traceLow)
        batch.span.append(span.id)
        batch.parent.append(span.parent == span.id ? 0 : span.parent)
        batch.start.append(start)
        let (end, isOver) = start.addingReportingOverflow(ZipkinBatch.nanoseconds(span.duration))
        batch.end.append(isOver ? .max : end)
        batch.name.append(span.name.isEmpty ? .empty : batch.core.heap.append(span.name))
        batch.kind.append(span.kind)
        let error = span.tags.first { $0.key == "error" }?.value
        let code = span.tags.first { $0.key == "otel.status_code" }?.value
        batch.statusCode.append(error != nil || code == "ERROR" ? 2 : code == "OK" ? 1 : 0)
        let message = error == nil || error == "true" ? "" : error ?? ""
        batch.statusMessage.append(message.isEmpty ? .empty : batch.core.heap.append(message))
        batch.traceState.append(.empty)
        batch.flags.append(0)
        batch.droppedAttributes.append(0)
        batch.droppedEvents.append(0)
        batch.droppedLinks.append(0)
        appendAttributes(span)
        appendEvents(annotations)
        batch.links.ends.append(0)
    }

    private mutating func appendAttributes(_ span: ZipkinSpan) {
        for (name, value) in [
            (Zipkin.peerServiceKey, span.remote.service), (Zipkin.peerIPKey, span.remote.ipv4),
            (Zipkin.peerIPv6Key, span.remote.ipv6),
        ] where !value.isEmpty {
            attribute(name, text(value))
        }
        if span.remote.port != 0 { attribute(Zipkin.peerPortKey, .int(Int64(span.remote.port))) }
        for tag in span.tags { attribute(tag.key, text(tag.value)) }
        if span.isShared { attribute(Zipkin.sharedKey, .bool(true)) }
        if span.isDebug { attribute(Zipkin.debugKey, .bool(true)) }
        if span.timestamp == 0 { attribute(Zipkin.untimedKey, .bool(true)) }
        batch.attributes.closeOwner()
    }

    /// Each annotation once, by time.
    private mutating func appendEvents(_ annotations: [(timestamp: UInt64, value: String)]) {
        for (i, annotation) in annotations.enumerated() {
            if i > 0, annotations[i - 1] == annotation { continue }
            batch.events.time.append(ZipkinBatch.nanoseconds(annotation.timestamp))
            batch.events.name.append(annotation.value.isEmpty ? .empty : batch.core.heap.append(annotation.value))
            batch.events.droppedAttributes.append(0)
            batch.events.attributes.closeOwner()
        }
        batch.events.ends.append(UInt32(batch.events.time.count))
    }

    /// Microseconds as nanoseconds, saturating.
    private static func nanoseconds(_ microseconds: UInt64) -> UInt64 {
        let (value, isOver) = microseconds.multipliedReportingOverflow(by: 1000)
        return isOver ? .max : value
    }

    mutating func finish() -> Decoded<SpanBatch> {
        Decoded(
            batch: batch, rejected: rejected,
            message: rejected > 0 ? "\(rejected) spans are older than retention or too far ahead" : "")
    }
}

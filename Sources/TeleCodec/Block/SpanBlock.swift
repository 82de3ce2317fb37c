package import TeleModel

/// Immutable blocks of spans, in the order in which the caller gives them (by trace, then by start, is what takes
/// least). Pages: core; time (start, end less start, resource); ids (trace, span, parent as a distance); scope; name
/// (name, kind, status); rest; attributes; events and links, each a page of columns and their attributes.
package enum SpanBlock {
    /// The columns to decode; the raw values are those of the engine's `SpanColumns`. Times and resource always are.
    package struct Columns: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let name = Columns(rawValue: 1)
        package static let attributes = Columns(rawValue: 2)
        package static let events = Columns(rawValue: 4)
        package static let links = Columns(rawValue: 8)
        package static let scope = Columns(rawValue: 16)
        package static let rest = Columns(rawValue: 32)
        /// Of the trace, the span and its parent.
        package static let ids = Columns(rawValue: 64)
        package static let all = Columns(rawValue: 127)
    }

    /// Encodes a complete, valid batch of at least one and at most ``Limits/rowsPerBlock`` rows.
    package static func encode(_ batch: SpanBatch) -> EncodedBlock {
        var meta = BlockMeta()
        var writer = BlockWriter()
        var filter = FilterItems()
        meta.rows = batch.count
        meta.resourceFingerprints = LogBlock.usedResources(batch.resource, batch.core)
        describe(batch, &meta)
        meta.keys = BlockMeta.keys(of: batch.attributes, batch.core)
        meta.scopeKeys = BlockMeta.keys(of: batch.core.scopes.attributes, batch.core)
        let heap = batch.core.heap.bytes.span

        writer.page(.core) { CorePage.encode(batch.core, into: &$0) }
        writer.page(.time) { out in
            IntColumn.encode(batch.start, into: &out)
            IntColumn.encode(batch.end.indices.map { batch.end[$0] &- batch.start[$0] }, into: &out)
            IntColumn.encode(batch.resource, into: &out)
        }
        writer.page(.ids) { out in
            _ = IdentifierColumn.encode(batch.traceHigh, batch.traceLow, into: &out)
            IntColumn.encode(batch.span, into: &out)
            IdentifierColumn.encode(parents: batch.parent, spans: batch.span, into: &out)
        }
        writer.page(.scope) { IntColumn.encode(batch.scope, into: &$0) }
        writer.page(.name) { out in
            for name in TextColumn.encode(batch.name.span, heap: heap, into: &out) {
                filter.insert(BlockFilter.item(name: Hash64.of(heap.extracting(name.range))))
            }
            IntColumn.encode(batch.kind, into: &out)
            IntColumn.encode(batch.statusCode, into: &out)
            TextColumn.encode(batch.statusMessage.span, heap: heap, into: &out)
        }
        writer.page(.rest) { out in
            TextColumn.encode(batch.traceState.span, heap: heap, into: &out)
            IntColumn.encode(batch.flags, into: &out)
            IntColumn.encode(batch.droppedAttributes, into: &out)
            IntColumn.encode(batch.droppedEvents, into: &out)
            IntColumn.encode(batch.droppedLinks, into: &out)
        }
        AttributePages.encode(batch.attributes, batch.core, .own, &writer, &filter)
        encodeEvents(batch, &writer, &filter)
        encodeLinks(batch, &writer, &filter)
        meta.filter = BlockFilter.make(filter.items.span)
        let bytes = writer.finish(&meta)
        return EncodedBlock(bytes: bytes, meta: meta)
    }

    private static func describe(_ batch: SpanBatch, _ meta: inout BlockMeta) {
        meta.minTime = batch.start.min() ?? 0
        meta.maxTime = batch.start.max() ?? 0
        meta.maxEnd = batch.end.max() ?? 0
        meta.minSeverity = batch.statusCode.min() ?? 0
        meta.maxSeverity = batch.statusCode.max() ?? 0
        meta.minDuration = .max
        for row in 0..<batch.count {
            let duration = batch.duration(row)
            meta.minDuration = min(meta.minDuration, duration)
            meta.maxDuration = max(meta.maxDuration, duration)
        }
        if batch.count == 0 { meta.minDuration = 0 }
    }

    private static func encodeEvents(_ batch: SpanBatch, _ writer: inout BlockWriter, _ filter: inout FilterItems) {
        let events = batch.events
        writer.page(.events) { out in
            IntColumn.encode(counts(events.ends), into: &out)
            var times: [UInt64] = []
            times.reserveCapacity(events.count)
            // Relative to the span's end: that is where most events (exceptions) are.
            for row in 0..<batch.count {
                for event in events.rows(of: row) { times.append(events.time[event] &- batch.end[row]) }
            }
            IntColumn.encode(times, into: &out)
            TextColumn.encode(events.name.span, heap: batch.core.heap.bytes.span, into: &out)
            IntColumn.encode(events.droppedAttributes, into: &out)
        }
        if events.count > 0 { AttributePages.encode(events.attributes, batch.core, .events, &writer, &filter) }
    }

    private static func encodeLinks(_ batch: SpanBatch, _ writer: inout BlockWriter, _ filter: inout FilterItems) {
        let links = batch.links
        writer.page(.links) { out in
            IntColumn.encode(counts(links.ends), into: &out)
            _ = IdentifierColumn.encode(links.traceHigh, links.traceLow, into: &out)
            IntColumn.encode(links.span, into: &out)
            TextColumn.encode(links.traceState.span, heap: batch.core.heap.bytes.span, into: &out)
            IntColumn.encode(links.flags, into: &out)
            IntColumn.encode(links.droppedAttributes, into: &out)
        }
        if links.count > 0 { AttributePages.encode(links.attributes, batch.core, .links, &writer, &filter) }
    }

    private static func counts(_ ends: [UInt32]) -> [UInt64] {
        ends.indices.map { UInt64(ends[$0] &- ($0 == 0 ? 0 : ends[$0 - 1])) }
    }
}

/// Merges rows of several span batches into one; see ``LogBatchBuilder``.
package struct SpanBatchBuilder: Sendable {
    private var builder = CoreBuilder()
    private var rows = SpanBatch()

    package init() {}

    package var count: Int { rows.count }
    package var heapBytes: Int { builder.core.heap.count }

    package mutating func append(_ batch: SpanBatch) { append(batch, rows: 0..<batch.count) }

    /// The rows with these numbers, in this order; all must be within the batch.
    package mutating func append(_ batch: SpanBatch, rows numbers: some Sequence<Int>) {
        let numbers = Array(numbers)
        var map = builder.begin(batch.core, takesAll: numbers.count >= batch.count)
        SpanBatchBuilder.take(numbers, batch.start, &rows.start)
        SpanBatchBuilder.take(numbers, batch.end, &rows.end)
        SpanBatchBuilder.take(numbers, batch.traceHigh, &rows.traceHigh)
        SpanBatchBuilder.take(numbers, batch.traceLow, &rows.traceLow)
        SpanBatchBuilder.take(numbers, batch.span, &rows.span)
        SpanBatchBuilder.take(numbers, batch.parent, &rows.parent)
        SpanBatchBuilder.take(numbers, batch.kind, &rows.kind)
        SpanBatchBuilder.take(numbers, batch.statusCode, &rows.statusCode)
        SpanBatchBuilder.take(numbers, batch.flags, &rows.flags)
        SpanBatchBuilder.take(numbers, batch.droppedAttributes, &rows.droppedAttributes)
        SpanBatchBuilder.take(numbers, batch.droppedEvents, &rows.droppedEvents)
        SpanBatchBuilder.take(numbers, batch.droppedLinks, &rows.droppedLinks)
        appendTexts(numbers, batch, batch.name, \.name)
        appendTexts(numbers, batch, batch.statusMessage, \.statusMessage)
        appendTexts(numbers, batch, batch.traceState, \.traceState)

        for row in numbers { rows.resource.append(builder.resource(batch.resource[row], of: batch.core, &map)) }
        if !batch.scope.isEmpty {
            for row in numbers { rows.scope.append(builder.scope(batch.scope[row], of: batch.core, &map)) }
        }
        if batch.attributes.ownerCount > 0 {
            builder.append(batch.attributes, owners: numbers, of: batch.core, &map, to: &rows.attributes)
        }
        if !batch.events.ends.isEmpty { for row in numbers { appendEvents(of: row, batch, &map) } }
        if !batch.links.ends.isEmpty { for row in numbers { appendLinks(of: row, batch, &map) } }
    }

    private static func take<T>(_ numbers: [Int], _ source: [T], _ target: inout [T]) {
        if source.isEmpty { return }
        for row in numbers { target.append(source[row]) }
    }

    private mutating func appendTexts(
        _ numbers: [Int], _ batch: SpanBatch, _ source: [ByteRange], _ target: WritableKeyPath<SpanBatch, [ByteRange]>
    ) {
        if source.isEmpty { return }
        let heap = batch.core.heap.bytes.span
        var copies: [ByteRange] = []
        copies.reserveCapacity(numbers.count)
        for row in numbers { copies.append(builder.copy(source[row], from: heap)) }
        rows[keyPath: target].append(contentsOf: copies)
    }

    private mutating func appendEvents(of row: Int, _ batch: SpanBatch, _ map: inout CoreBuilder.Map) {
        let heap = batch.core.heap.bytes.span
        for event in batch.events.rows(of: row) {
            rows.events.time.append(batch.events.time[event])
            rows.events.name.append(builder.copy(batch.events.name[event], from: heap))
            rows.events.droppedAttributes.append(batch.events.droppedAttributes[event])
            builder.append(batch.events.attributes, owner: event, of: batch.core, &map, to: &rows.events.attributes)
        }
        rows.events.ends.append(UInt32(rows.events.time.count))
    }

    private mutating func appendLinks(of row: Int, _ batch: SpanBatch, _ map: inout CoreBuilder.Map) {
        let heap = batch.core.heap.bytes.span
        for link in batch.links.rows(of: row) {
            rows.links.traceHigh.append(batch.links.traceHigh[link])
            rows.links.traceLow.append(batch.links.traceLow[link])
            rows.links.span.append(batch.links.span[link])
            rows.links.traceState.append(builder.copy(batch.links.traceState[link], from: heap))
            rows.links.flags.append(batch.links.flags[link])
            rows.links.droppedAttributes.append(batch.links.droppedAttributes[link])
            builder.append(batch.links.attributes, owner: link, of: batch.core, &map, to: &rows.links.attributes)
        }
        rows.links.ends.append(UInt32(rows.links.span.count))
    }

    /// The merged batch; the builder is empty afterwards.
    package mutating func finish() -> SpanBatch {
        var batch = SpanBatch()
        swap(&batch, &rows)
        batch.core = builder.core
        builder = CoreBuilder()
        return batch
    }
}

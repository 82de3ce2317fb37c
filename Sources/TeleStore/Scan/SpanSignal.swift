internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Spans as rows: ordered by start; a segment keeps each trace as one run, traces by the start of their first span.
enum SpanSignal: RowSignal {
    static let signal = Signal.spans

    typealias Filter = SpanFilter
    typealias Builder = SpanRows
    typealias Keys = SpanKeys

    static func count(_ batch: SpanBatch) -> Int { batch.count }
    static func core(_ batch: SpanBatch) -> BatchCore { batch.core }
    static func resources(_ batch: SpanBatch) -> [UInt32] { batch.resource }
    static func times(_ batch: SpanBatch) -> [UInt64] { batch.start }

    static func byteCount(_ batch: SpanBatch) -> Int {
        let events = batch.events.count * 20 + batch.events.attributes.byteCount
        let links = batch.links.count * 40 + batch.links.attributes.byteCount
        return batch.core.byteCount + batch.count * 104 + batch.attributes.byteCount + events + links
    }

    static func strip(_ batch: SpanBatch, to columns: SpanColumns) -> SpanBatch {
        if columns == .all { return batch }
        var batch = batch
        if !columns.contains(.name) {
            batch.name = []
            batch.kind = []
            batch.statusCode = []
            batch.statusMessage = []
        }
        if !columns.contains(.attributes) { batch.attributes = AttributeTable() }
        if !columns.contains(.events) { batch.events = EventTable() }
        if !columns.contains(.links) { batch.links = LinkTable() }
        if !columns.contains(.scope) { batch.scope = [] }
        if !columns.contains(.rest) {
            batch.traceState = []
            batch.flags = []
            batch.droppedAttributes = []
            batch.droppedEvents = []
            batch.droppedLinks = []
        }
        return batch
    }

    static func index(_ batch: SpanBatch, block: UInt32, into traces: inout TraceIndexBuilder) {
        traces.append(batch, block: block)
    }

    static func keepTextBodies(_ rows: inout [Int], of batch: SpanBatch) {}
    static var allColumns: SpanColumns { .all }
    static var keyColumns: SpanColumns { .ids }
}

/// ``RowBuilder`` over the model's builder.
struct SpanRows: RowBuilder {
    private var builder = SpanBatchBuilder()

    var count: Int { builder.count }
    var heapBytes: Int { builder.heapBytes }
    mutating func append(_ batch: SpanBatch) { builder.append(batch) }
    mutating func append(_ batch: SpanBatch, rows: [Int]) { builder.append(batch, rows: rows) }
    mutating func finish() -> SpanBatch { builder.finish() }
}

internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Spans as rows: ordered by start; a segment keeps each trace as one run, traces by the start of their first span.
enum SpanSignal: RowSignal {
    static let signal = Signal.spans

    typealias Filter = SpanFilter
    typealias Builder = SpanRows

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

    static func storageOrder(_ batch: SpanBatch) -> [Int] {
        var first: [TraceID: UInt64] = [:]
        for row in 0..<batch.count {
            let id = batch.traceID(row)
            first[id] = min(first[id] ?? .max, batch.start[row])
        }
        let begins = (0..<batch.count).map { first[batch.traceID($0)] ?? 0 }
        let (high, low, start) = (batch.traceHigh, batch.traceLow, batch.start)
        return (0..<batch.count).sorted { a, b in
            if begins[a] != begins[b] { return begins[a] < begins[b] }
            if high[a] != high[b] { return high[a] < high[b] }
            if low[a] != low[b] { return low[a] < low[b] }
            return start[a] != start[b] ? start[a] < start[b] : a < b
        }
    }

    /// Traces are not cut, unless one alone is bigger than a block.
    static func blockEnd(_ batch: SpanBatch, _ rows: [Int], from: Int) -> Int {
        let full = min(rows.count, from + StoreLimits.blockRows)
        guard full < rows.count else { return full }
        var end = full
        while end > from, batch.traceID(rows[end]) == batch.traceID(rows[end - 1]) { end -= 1 }
        return end > from ? end : full
    }

    static func index(_ batch: SpanBatch, block: UInt32, into traces: inout TraceIndexBuilder) {
        traces.append(batch, block: block)
    }

    static var allColumns: SpanColumns { .all }
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

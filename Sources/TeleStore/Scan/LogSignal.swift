internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Logs as rows: ordered by timestamp; a segment keeps them by resource and scope, then time.
enum LogSignal: RowSignal {
    static let signal = Signal.logs

    typealias Filter = LogFilter
    typealias Builder = LogRows

    static func count(_ batch: LogBatch) -> Int { batch.count }
    static func core(_ batch: LogBatch) -> BatchCore { batch.core }
    static func resources(_ batch: LogBatch) -> [UInt32] { batch.resource }

    static func times(_ batch: LogBatch) -> [UInt64] {
        var times = batch.time
        for row in times.indices where times[row] == 0 { times[row] = batch.observed[row] }
        return times
    }

    static func byteCount(_ batch: LogBatch) -> Int {
        batch.core.byteCount + batch.count * 84 + batch.attributes.byteCount
    }

    static func strip(_ batch: LogBatch, to columns: LogColumns) -> LogBatch {
        if columns == .all { return batch }
        var batch = batch
        if !columns.contains(.body) {
            batch.body = []
            batch.bodyKind = []
        }
        if !columns.contains(.severity) {
            batch.severity = []
            batch.severityText = []
        }
        if !columns.contains(.ids) {
            batch.traceHigh = []
            batch.traceLow = []
            batch.span = []
        }
        if !columns.contains(.attributes) { batch.attributes = AttributeTable() }
        if !columns.contains(.scope) { batch.scope = [] }
        if !columns.contains(.rest) {
            batch.flags = []
            batch.droppedAttributes = []
            batch.eventName = []
        }
        return batch
    }

    static func storageOrder(_ batch: LogBatch) -> [Int] {
        let times = times(batch)
        let (resource, scope) = (batch.resource, batch.scope)
        let ranks = batch.core.resourceRanks
        return (0..<batch.count).sorted { a, b in
            if resource[a] != resource[b] { return ranks[Int(resource[a])] < ranks[Int(resource[b])] }
            if scope[a] != scope[b] { return scope[a] < scope[b] }
            return times[a] != times[b] ? times[a] < times[b] : a < b
        }
    }

    static func blockEnd(_ batch: LogBatch, _ rows: [Int], from: Int) -> Int {
        var bytes = 0
        var end = from
        while end < rows.count, end - from < StoreLimits.blockRows {
            let value = batch.bodyValue(rows[end])
            bytes += value.kind.isRange ? Int(value.range.count) : 0
            for entry in batch.attributes.entries(of: rows[end]) {
                let value = batch.attributes.value(at: entry)
                bytes += value.kind.isRange ? Int(value.range.count) : 8
            }
            if end > from, bytes > StoreLimits.blockHeapBytes { break }
            end += 1
        }
        return end
    }

    static func index(_ batch: LogBatch, block: UInt32, into traces: inout TraceIndexBuilder) {}
    static var allColumns: LogColumns { .all }
}

/// ``RowBuilder`` over the model's builder.
struct LogRows: RowBuilder {
    private var builder = LogBatchBuilder()

    var count: Int { builder.count }
    var heapBytes: Int { builder.heapBytes }
    mutating func append(_ batch: LogBatch) { builder.append(batch) }
    mutating func append(_ batch: LogBatch, rows: [Int]) { builder.append(batch, rows: rows) }
    mutating func finish() -> LogBatch { builder.finish() }
}

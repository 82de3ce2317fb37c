internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// Logs as rows: ordered by timestamp; a segment keeps them by resource and scope, then time.
enum LogSignal: RowSignal {
    static let signal = Signal.logs

    typealias Filter = LogFilter
    typealias Builder = LogRows
    typealias Keys = LogKeys

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

    static func index(_ batch: LogBatch, block: UInt32, into traces: inout TraceIndexBuilder) {}

    static func keepTextBodies(_ rows: inout [Int], of batch: LogBatch) {
        let kinds = batch.bodyKind
        rows.removeAll { kinds[$0] != ValueKind.string.rawValue }
    }

    static var allColumns: LogColumns { .all }
    // All: sizes count bodies and attributes.
    static var keyColumns: LogColumns { .all }
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

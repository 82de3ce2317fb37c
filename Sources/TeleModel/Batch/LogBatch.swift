/// Log records by columns, a row a record. All row columns have ``count`` elements, except in a batch that a scan
/// returned with fewer wanted columns: those left out are empty arrays (``attributes`` then has no owners).
///
/// Times are unsigned unix nanoseconds as OTLP has them; 0 is "not set".
package struct LogBatch: Sendable {
    package var core = BatchCore()
    /// Index into `core.resources`.
    package var resource: [UInt32] = []
    /// Index into `core.scopes`.
    package var scope: [UInt32] = []
    package var time: [UInt64] = []
    package var observed: [UInt64] = []
    package var severity: [Int32] = []
    package var severityText: [ByteRange] = []
    package var bodyKind: [UInt8] = []
    package var body: [UInt64] = []
    package var traceHigh: [UInt64] = []
    package var traceLow: [UInt64] = []
    package var span: [UInt64] = []
    package var flags: [UInt32] = []
    package var droppedAttributes: [UInt32] = []
    package var eventName: [ByteRange] = []
    package var attributes = AttributeTable()

    package init() {}

    /// Rows. `time` and `resource` are in every batch.
    package var count: Int { time.count }

    /// When the record happened: its time, or the observed time where that is not set. What storage orders by.
    @inline(__always)
    package func timestamp(_ row: Int) -> UInt64 { time[row] != 0 ? time[row] : observed[row] }

    package func bodyValue(_ row: Int) -> RawValue {
        RawValue(kind: ValueKind(rawValue: bodyKind[row]) ?? .empty, bits: body[row])
    }

    package func traceID(_ row: Int) -> TraceID { TraceID(high: traceHigh[row], low: traceLow[row]) }
}

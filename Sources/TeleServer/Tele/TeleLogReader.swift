import TeleAPI
import TeleEngine
import TeleModel

/// The log records of a trace.
enum TeleLogReader {
    /// Log lines of one answer.
    private static let limit = 10_000
    /// How long before its first and after its last span a trace's log records are looked for.
    private static let slack: UInt64 = 3_600_000_000_000

    /// Ordered by time, and whether there are more than the answer holds.
    static func logs(
        of id: TraceID, spans: SpanBatch, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> ([TeleLog], Bool) {
        let start = spans.start.min() ?? 0
        let end = max(spans.end.max() ?? 0, spans.start.max() ?? 0)
        let low = start > slack ? start - slack : 0
        let high = end < UInt64.max - slack ? end + slack : .max
        var scan = LogScan(time: low..<max(low, high))
        scan.conditions = [.traceID(id)]
        scan.order = .oldestFirst
        var out: [TeleLog] = []
        var isCut = false
        try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
            var bytes = 0
            for row in 0..<batch.count {
                guard out.count < limit else {
                    isCut = true
                    return false
                }
                let log = log(batch, row)
                bytes += 128 + log.body.utf8.count
                out.append(log)
            }
            try budget.charge(bytes: bytes)
            return true
        }
        return (out, isCut)
    }

    private static func log(_ batch: LogBatch, _ row: Int) -> TeleLog {
        let heap = batch.core.heap
        return TeleLog(
            timeUnixNano: String(batch.timestamp(row)), severity: Int(batch.severity[row]),
            severityText: heap.string(batch.severityText[row]),
            body: ValueText.text(of: batch.bodyValue(row), heap: heap),
            spanID: batch.span[row] == 0 ? "" : SpanID(batch.span[row]).hex,
            service: batch.core.serviceName(resource: Int(batch.resource[row])),
            attributes: TeleTraceBuilder.attributes(batch.attributes, row, batch.core))
    }
}

import TeleEngine
import TeleModel
import TeleQuery

/// A search of Jaeger's: all conditions hold on one span; its whole trace is found.
struct JaegerQuery {
    var service = ""
    var operation: String?
    /// As text, whatever the type.
    var tags: [(key: String, value: String)] = []
    /// Unix nanoseconds, inclusive, of the span's start.
    var start: UInt64 = 0
    var end: UInt64 = .max
    /// Nanoseconds, inclusive.
    var minDuration: UInt64 = 0
    var maxDuration: UInt64 = .max
    var limit = 100

    /// Fingerprints of a service's resources; of all where the name is empty (nil).
    static func resources(
        of service: String, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> Set<UInt64>? {
        if service.isEmpty { return nil }
        let core = try snapshot.spanResources(time: 0..<UInt64.max, budget: budget)
        return Set(
            (0..<core.resources.count).filter { core.serviceName(resource: $0) == service }
                .map { core.resources.fingerprints[$0] })
    }

    /// Calls with the traces found, newest matching span first. Gives back why there may be more; what was found before
    /// a limit was passed is an answer too.
    func run(
        _ reader: TraceReader, _ budget: QueryBudget, _ body: (TraceID, TraceSpans) throws(EngineError) -> Void
    ) throws(EngineError) -> TraceCut? {
        guard start <= end, minDuration <= maxDuration else { return nil }
        let snapshot = reader.snapshot
        var scan = SpanScan(time: start..<(end == .max ? end : end + 1))
        scan.resources = try JaegerQuery.resources(of: service, snapshot, budget)
        if scan.resources?.isEmpty == true { return nil }
        if let operation { scan.conditions.append(.name(.equalsText(operation))) }
        if minDuration > 0 || maxDuration < .max { scan.conditions.append(.duration(minDuration...maxDuration)) }
        scan.columns = tags.isEmpty ? [] : .all
        var seen: Set<TraceID> = []
        scan.limitHint = limit
        return try TraceCut.noting(limit) { (found: inout Int) throws(EngineError) in
            try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
                let view = JaegerView(batch)
                for row in 0..<batch.count where !seen.contains(batch.traceID(row)) {
                    guard tags.allSatisfy({ view.has($0.key, $0.value, row) }) else { continue }
                    let id = batch.traceID(row)
                    seen.insert(id)
                    let spans = try snapshot.trace(id, offset: 0, limit: reader.limit, budget: budget)
                    defer { budget.release(bytes: spans.charged) }
                    try body(id, spans)
                    found += 1
                    if found >= limit { return false }
                }
                return true
            }
        }
    }
}

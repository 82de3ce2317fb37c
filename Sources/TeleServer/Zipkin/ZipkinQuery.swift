import TeleEngine
import TeleModel
import TeleQuery

/// A search of Zipkin's: the conditions may be met by different spans of a trace, all of the service where one is named
/// (zipkin's `QueryRequest`).
struct ZipkinQuery {
    private let window: ClosedRange<UInt64>
    var limit = 10
    var service: String?
    var remoteService: String?
    var span: String?
    /// Tags and their values; "" for a tag or an annotation that only has to be there.
    var annotations: [String: String] = [:]
    /// Microseconds.
    var minDuration: UInt64?
    var maxDuration: UInt64?

    init(endMilliseconds end: UInt64, lookbackMilliseconds lookback: UInt64) {
        let (from, high) = (end > lookback ? end - lookback : 0, end.multipliedReportingOverflow(by: 1000))
        let low = from.multipliedReportingOverflow(by: 1000)
        window = (low.overflow ? .max : low.partialValue)...(high.overflow ? .max : high.partialValue)
    }

    /// Unix nanoseconds.
    var time: Range<UInt64> {
        let low = ZipkinQuery.nanoseconds(window.lowerBound)
        let high = ZipkinQuery.nanoseconds(window.upperBound)
        return low..<(high == .max ? high : high + 1)
    }

    /// Calls with the traces found, newest first; of each, no more than `spansPerTrace` are looked at. Gives back why
    /// there may be more.
    func run(
        _ snapshot: any EngineSnapshot, _ budget: QueryBudget, spansPerTrace: Int,
        _ body: (SpanBatch) throws(EngineError) -> Void
    ) throws(EngineError) -> TraceCut? {
        var scan = SpanScan(time: time)
        if let service {
            let core = try snapshot.spanResources(time: 0..<UInt64.max, budget: budget)
            scan.resources = ZipkinNames.resources(of: service, core)
            if scan.resources?.isEmpty == true { return nil }
        }
        scan.columns = []
        var seen: Set<TraceID> = []
        var cut: TraceCut?
        let reason = try TraceCut.noting(limit) { (found: inout Int) throws(EngineError) in
            try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
                for row in 0..<batch.count {
                    let id = batch.traceID(row)
                    guard seen.insert(id).inserted else { continue }
                    let spans = try snapshot.trace(id, offset: 0, limit: spansPerTrace, budget: budget)
                    defer { budget.release(bytes: spans.charged) }
                    guard spans.batch.count > 0, accepts(ZipkinView(spans.batch)) else { continue }
                    try body(spans.batch)
                    if let message = spans.cutMessage(id) { cut = TraceCut(.spans, message) }
                    found += 1
                    if found >= limit { return false }
                }
                return true
            }
        }
        return cut ?? reason
    }

    private static func nanoseconds(_ microseconds: UInt64) -> UInt64 {
        let (value, isOver) = microseconds.multipliedReportingOverflow(by: 1000)
        return isOver ? .max : value
    }

    private func accepts(_ trace: ZipkinView) -> Bool {
        guard window.contains(Self.timestamp(trace)) else { return false }
        var isService = service == nil
        var isRemote = remoteService == nil
        var isSpan = span == nil
        var isDuration = minDuration == nil
        var rest = annotations
        for row in 0..<trace.batch.count where service == nil || trace.service(row) == service {
            isService = true
            if !rest.isEmpty {
                for event in trace.batch.events.rows(of: row) {
                    let value = trace.batch.core.heap.string(trace.batch.events.name[event])
                    if rest[value] == "" { rest[value] = nil }
                }
                for tag in trace.tags(row) {
                    if let wanted = rest[tag.key], wanted.isEmpty || wanted == tag.value { rest[tag.key] = nil }
                }
            }
            if trace.remoteService(row) == remoteService { isRemote = true }
            if trace.name(row) == span { isSpan = true }
            let duration = trace.duration(row)
            if let least = minDuration, duration >= least, duration <= maxDuration ?? .max { isDuration = true }
        }
        return isService && isRemote && isSpan && isDuration && rest.isEmpty
    }

    /// When a trace happened: its root's timestamp, else the first there is. Microseconds.
    private static func timestamp(_ trace: ZipkinView) -> UInt64 {
        var out: UInt64 = 0
        for row in 0..<trace.batch.count {
            let timestamp = trace.timestamp(row)
            if timestamp == 0 { continue }
            if trace.batch.parent[row] == 0 { return timestamp }
            if out == 0 || timestamp < out { out = timestamp }
        }
        return out
    }
}

import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel

extension TeleRoutes {
    /// A shorter prefix is no id, but a guess.
    private static let shortestPrefix = 4
    /// Candidates that an ambiguous prefix lists.
    private static let candidates = 10

    private enum Lookup {
        case found(SpanBatch, TraceID)
        case answer(APIResponse)
    }

    /// `?logs=1` adds the log records of the trace.
    @Sendable static func trace(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        let budget = context.makeBudget()
        let snapshot = context.engine.snapshot()
        do throws(EngineError) {
            switch try find(request, snapshot, budget) {
            case .answer(let response): return response
            case .found(let batch, let id):
                let wants = request["logs"].map { $0 != "0" && $0 != "false" } ?? false
                return answer(try trace(batch, id, withLogs: wants, snapshot, budget))
            }
        } catch { return failed(error) }
    }

    /// Half of the minute around a trace in which its services are looked at, nanoseconds.
    private static let around: UInt64 = 30_000_000_000

    /// Everything that explains a trace, in one answer.
    @Sendable static func traceContext(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        let budget = context.makeBudget()
        let snapshot = context.engine.snapshot()
        do throws(EngineError) {
            switch try find(request, snapshot, budget) {
            case .answer(let response): return response
            case .found(let batch, let id):
                let trace = try trace(batch, id, withLogs: true, snapshot, budget)
                let start = batch.start.min() ?? 0
                let end = max(batch.end.max() ?? 0, start)
                let from = start > around ? start - around : 0
                let (sum, overflow) = end.addingReportingOverflow(around)
                var services = try summaries(from..<(overflow ? .max : sum), snapshot, budget)
                let names = Set(trace.spans.map(\.service))
                services.services.removeAll { !names.contains($0.name) }
                return answer(TeleContext(trace: trace, services: services, alerts: []))
            }
        } catch { return failed(error) }
    }

    private static func find(
        _ request: APIRequest, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> Lookup {
        let text = request.pathParameters["id"] ?? ""
        guard text.utf8.count >= shortestPrefix, let padded = TraceID(hex: text) else {
            return .answer(failed("a trace id is 4 to 32 hexadecimal digits, not \"\(text)\"", .badRequest))
        }
        let ids = try matching(text, padded, snapshot, budget)
        let missing = "no trace begins with \(text.lowercased())"
        guard let id = ids.first else { return .answer(failed(missing, .notFound)) }
        guard ids.count == 1 else {
            return .answer(
                failed(
                    "several traces begin with \(text.lowercased())", .conflict,
                    candidates: ids.prefix(candidates).map(\.hex).sorted()))
        }
        let batch = try snapshot.trace(id, budget: budget)
        return batch.count > 0 ? .found(batch, id) : .answer(failed(missing, .notFound))
    }

    private static func trace(
        _ batch: SpanBatch, _ id: TraceID, withLogs: Bool, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> TeleTrace {
        var trace = TeleTrace(traceID: id.hex, spans: TeleTraceBuilder(batch).spans)
        if withLogs {
            let (logs, isCut) = try TeleLogReader.logs(of: id, spans: batch, snapshot, budget)
            trace.logs = logs
            trace.logsTruncated = isCut ? true : nil
        }
        return trace
    }

    /// The ids that a text names: the whole id, a short id that is padded with zeros, or all that begin with it.
    private static func matching(
        _ text: String, _ padded: TraceID, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> [TraceID] {
        let digits = text.utf8.count
        if digits == 32 { return [padded] }
        guard let prefix = TraceID(hex: text + String(repeating: "0", count: 32 - digits)) else { return [] }
        let found = try snapshot.traceIDs(prefix: prefix, bits: digits * 4, limit: candidates + 1, budget: budget)
        guard found.isEmpty, digits >= 16 else { return Array(Set(found)) }
        return try snapshot.trace(padded, budget: budget).count > 0 ? [padded] : []
    }
}

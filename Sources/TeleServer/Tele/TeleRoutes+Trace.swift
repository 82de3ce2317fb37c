import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel

extension TeleRoutes {
    /// A shorter prefix is no id, but a guess.
    private static let shortestPrefix = 4
    /// Candidates that an ambiguous prefix lists.
    private static let candidates = 10

    /// Spans of an answer that names no limit.
    private static let page = 10_000

    private enum Lookup {
        case found(TraceID)
        case answer(APIResponse)
    }

    /// `?logs=1` adds the log records of the trace; `limit` and `cursor` page through its spans.
    @Sendable static func trace(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        let wants = request["logs"].map { $0 != "0" && $0 != "false" } ?? false
        return answer(request, context, withLogs: wants) { (_, _) throws(EngineError) in nil }
    }

    /// Half of the minute around a trace in which its services are looked at, nanoseconds.
    private static let around: UInt64 = 30_000_000_000

    /// Everything that explains a trace, in one answer.
    @Sendable static func traceContext(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        answer(request, context, withLogs: true) { (batch, budget) throws(EngineError) in
            let start = batch.start.min() ?? 0
            let end = max(batch.end.max() ?? 0, start)
            let from = start > around ? start - around : 0
            let (sum, overflow) = end.addingReportingOverflow(around)
            let time = from..<(overflow ? .max : sum)
            var services = try summaries(time, context.engine.snapshot(), budget)
            let names = Set(Set(batch.resource).map { batch.core.serviceName(resource: Int($0)) })
            services.services.removeAll { !names.contains($0.name) }
            return TeleTracePieces.Around(
                services: services, alerts: context.facts().rules?.firing(for: names, time) ?? [])
        }
    }

    private static func answer(
        _ request: APIRequest, _ context: APIContext, withLogs: Bool,
        around: (SpanBatch, QueryBudget) throws(EngineError) -> TeleTracePieces.Around?
    ) -> APIResponse {
        let reader = TraceReader(context)
        let (limit, offset) = (number(request["limit"] ?? "\(page)"), number(request["cursor"] ?? "0"))
        guard let limit, limit > 0 else { return failed("limit is a number above 0", .badRequest) }
        guard let offset else { return failed("cursor is what the answer before had as \"next\"", .badRequest) }
        do throws(EngineError) {
            let id: TraceID
            switch try find(request, reader.snapshot, context.makeBudget()) {
            case .answer(let response): return response
            case .found(let found): id = found
            }
            return try reader.read(id, offset: offset, limit: limit) { (spans, budget) throws(EngineError) in
                guard spans.batch.count > 0 else {
                    let missing = "no trace begins with \(request.pathParameters["id"]?.lowercased() ?? "")"
                    let end = "the trace has \(spans.total) spans, none from \(offset) on"
                    return failed(spans.total > 0 ? end : missing, .notFound)
                }
                var pieces = TeleTracePieces(id, spans, offset: offset, budget)
                if withLogs {
                    let (logs, isCut) = try TeleLogReader.logs(of: id, spans: spans.batch, reader.snapshot, budget)
                    (pieces.logs, pieces.logsTruncated) = (logs, isCut)
                }
                pieces.around = try around(spans.batch, budget)
                return .json(pieces) { $0.step(&$1) }
            }
        } catch { return failed(error) }
    }

    private static func number(_ text: String) -> Int? {
        Int(text).flatMap { $0 >= 0 && $0 <= Int(Int32.max) ? $0 : nil }
    }

    private static func find(
        _ request: APIRequest, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> Lookup {
        let text = request.pathParameters["id"] ?? ""
        guard text.utf8.count >= shortestPrefix, let padded = TraceID(hex: text) else {
            return .answer(failed("a trace id is 4 to 32 hexadecimal digits, not \"\(text)\"", .badRequest))
        }
        let ids = try matching(text, padded, snapshot, budget)
        guard let id = ids.first else {
            return .answer(failed("no trace begins with \(text.lowercased())", .notFound))
        }
        guard ids.count == 1 else {
            return .answer(
                failed(
                    "several traces begin with \(text.lowercased())", .conflict,
                    candidates: ids.prefix(candidates).map(\.hex).sorted()))
        }
        return .found(id)
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
        return try snapshot.trace(padded, offset: 0, limit: 1, budget: budget).total > 0 ? [padded] : []
    }
}

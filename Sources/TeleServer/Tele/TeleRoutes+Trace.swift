import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel

extension TeleRoutes {
    /// A shorter prefix is no id, but a guess.
    private static let shortestPrefix = 4
    /// Candidates that an ambiguous prefix lists.
    private static let candidates = 10

    /// `?logs=1` adds the log records of the trace.
    @Sendable static func trace(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        let text = request.pathParameters["id"] ?? ""
        guard text.utf8.count >= shortestPrefix, let padded = TraceID(hex: text) else {
            return failed("a trace id is 4 to 32 hexadecimal digits, not \"\(text)\"", .badRequest)
        }
        let budget = context.makeBudget()
        let snapshot = context.engine.snapshot()
        do throws(EngineError) {
            let ids = try matching(text, padded, snapshot, budget)
            guard let id = ids.first else { return failed("no trace begins with \(text.lowercased())", .notFound) }
            guard ids.count == 1 else {
                return failed(
                    "several traces begin with \(text.lowercased())", .conflict,
                    candidates: ids.prefix(candidates).map(\.hex).sorted())
            }
            let batch = try snapshot.trace(id, budget: budget)
            guard batch.count > 0 else { return failed("no trace begins with \(text.lowercased())", .notFound) }
            var trace = TeleTrace(traceID: id.hex, spans: TeleTraceBuilder(batch).spans)
            if let wants = request["logs"], wants != "0", wants != "false" {
                let (logs, isCut) = try TeleLogReader.logs(of: id, spans: batch, snapshot, budget)
                trace.logs = logs
                trace.logsTruncated = isCut ? true : nil
            }
            return answer(trace)
        } catch { return failed(error) }
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

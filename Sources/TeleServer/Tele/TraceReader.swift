import TeleEngine
import TeleModel
import TeleQuery

/// Reads traces for answers. A trace with more spans than an answer may have, or than memory holds, is cut: its first
/// spans by start are given, and what says so.
struct TraceReader {
    let snapshot: any EngineSnapshot
    private let makeBudget: @Sendable () -> QueryBudget
    /// Spans of one trace in an answer.
    let limit: Int

    init(_ context: APIContext) {
        snapshot = context.engine.snapshot()
        makeBudget = context.makeBudget
        limit = max(1, context.facts().configuration.query.traceSpans)
    }

    /// Fewer than these are not tried.
    private static let fewest = 64

    /// What `body` makes of the spans; it is called again with a quarter of them as long as they are too much for the
    /// budget, which is a fresh one each time.
    func read<Answer>(
        _ id: TraceID, offset: Int = 0, limit wanted: Int? = nil,
        _ body: (TraceSpans, QueryBudget) throws(EngineError) -> Answer
    ) throws(EngineError) -> Answer {
        var limit = min(wanted ?? self.limit, self.limit)
        while true {
            let budget = makeBudget()
            do throws(EngineError) {
                let spans =
                    id.isNone ? TraceSpans() : try snapshot.trace(id, offset: offset, limit: limit, budget: budget)
                return try body(spans, budget)
            } catch .overBudget where limit / 4 >= TraceReader.fewest {
                limit /= 4
            }
        }
    }
}

extension TraceSpans {
    /// Why these are not all spans of the trace; nil where they are.
    func cutMessage(_ id: TraceID) -> String? {
        guard let next else { return nil }
        return "the trace has \(total) spans: these are the first \(next) by start; "
            + "GET /api/tele/v1/trace/\(id.hex)?cursor=\(next) goes on (query.trace_spans)"
    }
}

extension APIResponse {
    func marked(cut: TraceCut?) -> APIResponse { marked(cut: cut.map { "\($0.reason.rawValue): \($0.message)" }) }
}

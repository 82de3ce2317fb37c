package import TeleEngine
package import TeleModel
package import TeleQL

/// Which traces a pipeline may select anything of: spans are scanned with what the engine can decide, and each trace
/// that one of them belongs to is handed out whole.
package struct TraceCandidates: Sendable {
    /// A trace counts when a span passes any of them.
    private let filters: [TraceQLField?]
    /// Of a trace with more spans than these, the first ones are handed out.
    private let spansPerTrace: Int
    /// What is kept of each trace that was seen.
    private static let seenBytes = 48

    package init(_ stages: [TraceQLStage], spansPerTrace: Int = .max) {
        filters = TraceCandidates.filters(stages)
        self.spansPerTrace = spansPerTrace
    }

    private static func filters(_ stages: [TraceQLStage]) -> [TraceQLField?] {
        for stage in stages {
            switch stage {
            case .spanset(let spanset): return filters(spanset)
            case .select: continue
            case .filter, .by, .coalesce: return [nil]
            }
        }
        return [nil]
    }

    private static func filters(_ spanset: TraceQLSpanset) -> [TraceQLField?] {
        switch spanset {
        case .filter(let field): return [field]
        case .or(let a, let b): return filters(a) + filters(b)
        case .and(let a, let b), .structural(_, let a, let b):
            // Both sides have to select something: the one that says more is enough.
            let (left, right) = (filters(a), filters(b))
            return weight(right) > weight(left) ? right : left
        case .pipeline(let stages): return filters(stages)
        }
    }

    /// What a scan for these saves, roughly.
    private static func weight(_ filters: [TraceQLField?]) -> Int {
        if filters.contains(where: { $0 == nil }) { return 0 }
        return filters.count == 1 ? 2 + TraceConditions.of(filters[0]).count : 1
    }

    /// Calls with each trace once, by its newest span in the range, until it returns false; without a hint in no
    /// particular order. What the trace takes of the budget is given back when the call returns.
    package func forEach(
        time: Range<UInt64>, limitHint: Int?, _ snapshot: any EngineSnapshot, _ budget: QueryBudget,
        cut: inout TraceCut?, _ body: (TraceID, SpanBatch) throws(EngineError) -> Bool
    ) throws(EngineError) {
        var scan = SpanScan(time: time)
        if filters.count == 1 { scan.conditions = TraceConditions.of(filters[0]) }
        scan.columns = TraceQLUses(filters.compactMap { $0 }).columns
        scan.limitHint = limitHint
        if limitHint == nil { scan.order = .any }
        var seen: Set<TraceID> = []
        try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
            let filters = filters.map { ($0, TraceFilter($0, batch, facts: nil)) }
            for row in 0..<batch.count where filters.contains(where: { $0.1.accepts($0.0, row: row) != false }) {
                let id = batch.traceID(row)
                guard seen.insert(id).inserted else { continue }
                try budget.charge(bytes: TraceCandidates.seenBytes)
                let spans = try snapshot.trace(id, offset: 0, limit: spansPerTrace, budget: budget)
                defer { budget.release(bytes: spans.charged) }
                if spans.next != nil, cut == nil {
                    cut = TraceCut(
                        .spans,
                        "trace \(id.hex) has \(spans.total) spans: the first \(spansPerTrace) were looked at "
                            + "(query.trace_spans)")
                }
                if try !body(id, spans.batch) { return false }
            }
            return true
        }
    }
}

import TeleEngine
import TeleModel
import TeleQL

/// The spans that a pipeline leaves, whose start lies in a time range.
struct TraceMetricSource {
    private let stages: [TraceQLStage]
    private let uses: TraceQLUses
    /// Set where every span can be judged by itself.
    private let filter: TraceQLField??
    private let spansPerTrace: Int

    /// `also`: what the caller looks at on those spans.
    init(_ stages: [TraceQLStage], also fields: [TraceQLField], spansPerTrace: Int) {
        self.stages = stages
        self.spansPerTrace = spansPerTrace
        let (own, others) = (TraceQLUses(stages), TraceQLUses(fields))
        var uses = own
        uses.columns.formUnion(others.columns)
        uses.tree = own.tree || others.tree
        uses.ofTrace = own.ofTrace || others.ofTrace
        self.uses = uses
        let effective = stages.filter { if case .select = $0 { false } else { true } }
        if !uses.ofTrace, effective.count == 1, case .spanset(.filter(let field)) = effective[0] {
            filter = .some(field)
        } else {
            filter = nil
        }
    }

    func forEach(
        _ time: Range<UInt64>, _ snapshot: any EngineSnapshot, _ budget: QueryBudget, cut: inout TraceCut?,
        _ body: (SpanBatch, TraceFacts?, [Int]) throws(EngineError) -> Void
    ) throws(EngineError) {
        if case .some(let field) = filter {
            var scan = SpanScan(time: time)
            scan.conditions = TraceConditions.of(field)
            scan.columns = uses.columns
            scan.order = .any
            try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
                let filter = TraceFilter(field, batch, facts: nil)
                try body(batch, nil, (0..<batch.count).filter { filter.accepts(field, row: $0) == true })
                return true
            }
            return
        }
        // Of what belongs together any span may lie outside of the range.
        let slack = TraceSearch.lookback
        let low = time.lowerBound > slack ? time.lowerBound - slack : 0
        let high = time.upperBound < UInt64.max - slack ? time.upperBound + slack : UInt64.max
        try TraceCandidates(stages, spansPerTrace: spansPerTrace).forEach(
            time: low..<high, limitHint: nil, snapshot, budget, cut: &cut
        ) { (_: TraceID, trace: SpanBatch) throws(EngineError) -> Bool in
            let facts = TraceFacts(trace, needsTree: uses.tree)
            for set in TraceEvaluator(trace, facts).run(stages) {
                let rows = set.rows.filter { time.contains(trace.start[$0]) }
                if !rows.isEmpty { try body(trace, facts, rows) }
            }
            return true
        }
    }
}

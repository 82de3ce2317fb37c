package import TeleEngine
package import TeleModel
package import TeleQL

/// One found trace.
package struct TraceResult: Sendable {
    package struct Span: Sendable {
        package var id: SpanID
        package var name: String
        package var start: UInt64
        package var duration: UInt64
        /// Attributes that the query names, with their values on this span.
        package var attributes: [(key: String, value: RawValue)]
    }

    package struct ServiceStats: Sendable {
        package var spans = 0
        package var errors = 0
    }

    package var id: TraceID
    /// "" in a trace without a root.
    package var rootService: String
    package var rootName: String
    package var hasRoot: Bool
    package var start: UInt64
    package var duration: UInt64
    /// All spans that match, also those that ``spans`` leaves out.
    package var matched: Int
    package var spans: [Span]
    /// Sorted by name.
    package var services: [(name: String, stats: ServiceStats)]
    /// The heap that attribute values of ``spans`` point into.
    package var heap: ByteHeap
}

/// A search for traces: candidates come from a scan of spans, newest first; each is then looked at as a whole.
package struct TraceSearch: Sendable {
    package var query: TraceQLSpanset
    /// Unix nanoseconds; a trace counts that overlaps it.
    package var time: Range<UInt64>
    /// Traces.
    package var limit: Int
    /// Spans a set.
    package var spansPerSet: Int

    /// How long before the window a span may start whose trace still reaches into it.
    package static let lookback: UInt64 = 600_000_000_000

    package init(query: TraceQLSpanset, time: Range<UInt64>, limit: Int, spansPerSet: Int) {
        self.query = query
        self.time = time
        self.limit = limit
        self.spansPerSet = spansPerSet
    }

    /// Newest first, by the start of the trace.
    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [TraceResult] {
        let low = time.lowerBound > TraceSearch.lookback ? time.lowerBound - TraceSearch.lookback : 0
        guard low < time.upperBound, limit > 0 else { return [] }
        var scan = SpanScan(time: low..<time.upperBound)
        scan.conditions = TraceConditions.of(query)
        scan.columns = TraceQLUses(query).columns
        scan.limitHint = limit
        var seen: Set<TraceID> = []
        var out: [TraceResult] = []
        try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
            let candidate = TraceCandidates(query, batch)
            for row in 0..<batch.count where candidate.mayMatch(row) {
                let id = batch.traceID(row)
                guard seen.insert(id).inserted else { continue }
                let trace = try snapshot.trace(id, budget: budget)
                if let result = result(id, trace) {
                    try budget.charge(bytes: 512 + 128 * result.spans.count)
                    out.append(result)
                    if out.count >= limit { return false }
                }
            }
            return true
        }
        return out.sorted { $0.start != $1.start ? $0.start > $1.start : $0.id < $1.id }
    }

    /// The spans of a trace that the query selects; empty where it selects none.
    package static func matches(_ query: TraceQLSpanset, _ trace: SpanBatch, _ facts: TraceFacts) -> Set<Int> {
        switch query {
        case .filter(let field):
            let filter = TraceFilter(field, trace, facts: facts)
            return Set((0..<trace.count).filter { filter.accepts(field, row: $0) == true })
        case .and(let a, let b):
            let left = matches(a, trace, facts)
            if left.isEmpty { return [] }
            let right = matches(b, trace, facts)
            return right.isEmpty ? [] : left.union(right)
        case .or(let a, let b): return matches(a, trace, facts).union(matches(b, trace, facts))
        }
    }

    private func result(_ id: TraceID, _ trace: SpanBatch) -> TraceResult? {
        guard trace.count > 0 else { return nil }
        let facts = TraceFacts(trace)
        guard facts.start < time.upperBound, facts.end >= time.lowerBound else { return nil }
        let matching = TraceSearch.matches(query, trace, facts)
        guard !matching.isEmpty else { return nil }
        var services: [String: TraceResult.ServiceStats] = [:]
        for row in 0..<trace.count {
            let name = trace.core.serviceName(resource: Int(trace.resource[row]))
            services[name, default: .init()].spans += 1
            if trace.statusCode[row] == 2 { services[name, default: .init()].errors += 1 }
        }
        let shown = matching.sorted { (trace.start[$0], $0) < (trace.start[$1], $1) }.prefix(spansPerSet)
        let names = TraceQLUses(query).names.sorted()
        return TraceResult(
            id: id,
            rootService: facts.root.map { trace.core.serviceName(resource: Int(trace.resource[$0])) } ?? "",
            rootName: facts.root.map { trace.core.heap.string(trace.name[$0]) } ?? "", hasRoot: facts.root != nil,
            start: facts.start, duration: facts.duration, matched: matching.count,
            spans: shown.map { span(trace, $0, names) },
            services: services.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, heap: trace.core.heap)
    }

    private func span(_ trace: SpanBatch, _ row: Int, _ names: [String]) -> TraceResult.Span {
        let attributes = names.compactMap { name -> (key: String, value: RawValue)? in
            guard let key = trace.core.keyIndex(name) else { return nil }
            let value =
                trace.attributes.value(of: key, owner: row)
                ?? trace.core.resources.attributes.value(of: key, owner: Int(trace.resource[row]))
            return value.map { (name, $0) }
        }
        return TraceResult.Span(
            id: SpanID(trace.span[row]), name: trace.core.heap.string(trace.name[row]), start: trace.start[row],
            duration: trace.duration(row), attributes: attributes)
    }
}

/// Whether a row alone may belong to a trace that a query selects.
private struct TraceCandidates {
    private var filters: [(field: TraceQLField?, filter: TraceFilter)] = []

    init(_ query: TraceQLSpanset, _ batch: SpanBatch) { add(query, batch) }

    private mutating func add(_ query: TraceQLSpanset, _ batch: SpanBatch) {
        switch query {
        case .filter(let field): filters.append((field, TraceFilter(field, batch, facts: nil)))
        case .and(let a, let b), .or(let a, let b):
            add(a, batch)
            add(b, batch)
        }
    }

    func mayMatch(_ row: Int) -> Bool { filters.contains { $0.filter.accepts($0.field, row: row) != false } }
}

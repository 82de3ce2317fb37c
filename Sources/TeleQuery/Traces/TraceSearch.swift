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
        /// Intrinsics that the query selects.
        package var intrinsics: [(key: String, value: TraceQLValue)]
    }

    package struct Set: Sendable {
        package var groups: [(name: String, value: TraceQLValue)]
        /// All spans that match, also those that ``spans`` leaves out.
        package var matched: Int
        package var spans: [Span]
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
    /// What the query leaves of the trace: one set, or the groups of `by()`.
    package var sets: [Set]
    /// Sorted by name.
    package var services: [(name: String, stats: ServiceStats)]
    /// The heap that attribute values of ``spans`` point into.
    package var heap: ByteHeap
}

/// A search for traces: candidates come from a scan of spans, newest first; each is then looked at as a whole.
package struct TraceSearch: Sendable {
    package var query: TraceQLQuery
    /// Unix nanoseconds; a trace counts that overlaps it.
    package var time: Range<UInt64>
    /// Traces.
    package var limit: Int
    /// Spans a set.
    package var spansPerSet: Int
    /// Spans of one trace that are looked at.
    package var spansPerTrace = Int.max

    /// How long before the window a span may start whose trace still reaches into it.
    package static let lookback: UInt64 = 600_000_000_000

    package init(query: TraceQLQuery, time: Range<UInt64>, limit: Int, spansPerSet: Int) {
        self.query = query
        self.time = time
        self.limit = limit
        self.spansPerSet = spansPerSet
    }

    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [TraceResult] {
        var cut: TraceCut?
        return try run(snapshot, budget, cut: &cut)
    }

    /// Newest first, by the start of the trace. What was found before a limit was passed is an answer too, and marked.
    package func run(
        _ snapshot: any EngineSnapshot, _ budget: QueryBudget, cut: inout TraceCut?
    ) throws(EngineError) -> [TraceResult] {
        let low = time.lowerBound > TraceSearch.lookback ? time.lowerBound - TraceSearch.lookback : 0
        guard low < time.upperBound, limit > 0 else { return [] }
        let needsTree = TraceQLUses(query.stages).tree
        var out: [TraceResult] = []
        let reason = try TraceCut.noting(limit) { (found: inout Int) throws(EngineError) in
            try TraceCandidates(query.stages, spansPerTrace: spansPerTrace).forEach(
                time: low..<time.upperBound, limitHint: limit, snapshot, budget, cut: &cut
            ) { (id: TraceID, trace: SpanBatch) throws(EngineError) -> Bool in
                guard let result = result(id, trace, needsTree) else { return true }
                try budget.charge(bytes: 512 + 128 * result.sets.reduce(0) { $0 + $1.spans.count })
                out.append(result)
                found = out.count
                return found < limit
            }
        }
        cut = cut ?? reason
        return out.sorted { $0.start != $1.start ? $0.start > $1.start : $0.id < $1.id }
    }

    private func result(_ id: TraceID, _ trace: SpanBatch, _ needsTree: Bool) -> TraceResult? {
        guard trace.count > 0 else { return nil }
        let facts = TraceFacts(trace, needsTree: needsTree)
        guard facts.start < time.upperBound, facts.end >= time.lowerBound else { return nil }
        let sets = TraceEvaluator(trace, facts).run(query.stages)
        guard !sets.isEmpty else { return nil }
        var services: [String: TraceResult.ServiceStats] = [:]
        let names = (0..<trace.core.resources.count).map { trace.core.serviceName(resource: $0) }
        for row in 0..<trace.count {
            let name = names[Int(trace.resource[row])]
            services[name, default: .init()].spans += 1
            if trace.statusCode[row] == 2 { services[name, default: .init()].errors += 1 }
        }
        let view = TraceSpanView(query.stages, trace, facts)
        return TraceResult(
            id: id, rootService: facts.root.map { names[Int(trace.resource[$0])] } ?? "",
            rootName: facts.root.map { trace.core.heap.string(trace.name[$0]) } ?? "", hasRoot: facts.root != nil,
            start: facts.start, duration: facts.duration,
            sets: sets.map { set in
                let shown = set.rows.sorted { (trace.start[$0], $0) < (trace.start[$1], $1) }.prefix(spansPerSet)
                return TraceResult.Set(
                    groups: set.groups, matched: set.rows.count, spans: shown.map { view.span($0) })
            },
            services: services.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, heap: trace.core.heap)
    }
}

/// Spans of a trace with the values that a query names.
private struct TraceSpanView {
    let trace: SpanBatch
    private let attributes: [(scope: TraceQLScope, name: String)]
    private let intrinsics: [TraceQLIntrinsic]
    private let filter: TraceFilter

    init(_ stages: [TraceQLStage], _ trace: SpanBatch, _ facts: TraceFacts) {
        self.trace = trace
        attributes = TraceQLUses(stages).attributes
        var selected: [TraceQLField] = []
        for case .select(let fields) in stages { selected += fields }
        intrinsics = selected.compactMap { if case .intrinsic(let intrinsic) = $0 { intrinsic } else { nil } }
        var all: TraceQLField = .literal(.bool(true))
        for intrinsic in intrinsics { all = .binary(.and, all, .intrinsic(intrinsic)) }
        filter = TraceFilter(all, trace, facts: facts)
    }

    func span(_ row: Int) -> TraceResult.Span {
        var found: [(key: String, value: RawValue)] = []
        for (scope, name) in attributes where !found.contains(where: { $0.key == name }) {
            if let value = value(scope, name, row) { found.append((name, value)) }
        }
        return TraceResult.Span(
            id: SpanID(trace.span[row]), name: trace.core.heap.string(trace.name[row]), start: trace.start[row],
            duration: trace.duration(row), attributes: found.sorted { $0.key < $1.key },
            intrinsics: intrinsics.compactMap { intrinsic in
                filter.values(of: .intrinsic(intrinsic), row: row).first.map { (intrinsic.resultName, $0) }
            })
    }

    private func value(_ scope: TraceQLScope, _ name: String, _ row: Int) -> RawValue? {
        guard let key = trace.core.keyIndex(name) else { return nil }
        switch scope {
        case .any:
            return trace.attributes.value(of: key, owner: row)
                ?? trace.core.resources.attributes.value(of: key, owner: Int(trace.resource[row]))
        case .span: return trace.attributes.value(of: key, owner: row)
        case .resource: return trace.core.resources.attributes.value(of: key, owner: Int(trace.resource[row]))
        case .instrumentation: return trace.core.scopes.attributes.value(of: key, owner: Int(trace.scope[row]))
        case .event:
            return trace.events.rows(of: row).lazy.compactMap {
                trace.events.attributes.value(of: key, owner: $0)
            }.first
        case .link:
            return trace.links.rows(of: row).lazy.compactMap {
                trace.links.attributes.value(of: key, owner: $0)
            }.first
        }
    }
}

internal import TeleEngine
internal import TeleModel

/// One evaluation of one rule: the query, and what the rule makes of its result. Blocks.
struct RulePass {
    let rule: Rule
    let group: RuleGroup
    let options: RuleOptions
    /// Of the evaluation; unix milliseconds.
    let time: Int64
    /// What the query looks at and samples are written at: ``time`` less the query offset.
    let dataTime: Int64
    let snapshot: any EngineSnapshot
    let budget: QueryBudget

    enum Outcome {
        case series([RuleVector.Sample])
        case alerts([AlertTracker.Found], Restored)
    }

    func run(restores: Bool) throws(RuleQueryError) -> Outcome {
        let vector = try rule.query.vector(at: dataTime, snapshot: snapshot, budget: budget)
        try check(vector)
        switch rule.kind {
        case .record: return .series(try recorded(vector))
        case .alert:
            let found = try found(vector)
            return .alerts(found, restores ? try restored(beside: found) : Restored())
        }
    }

    var limit: Int { group.limit > 0 ? min(group.limit, options.mostSeries) : options.mostSeries }

    func check(_ vector: RuleVector) throws(RuleQueryError) {
        guard vector.samples.count <= limit else {
            let what = rule.kind == .alert ? "alerts" : "series"
            throw RuleQueryError("exceeded limit of \(limit) with \(vector.samples.count) \(what)")
        }
    }

    private func recorded(_ vector: RuleVector) throws(RuleQueryError) -> [RuleVector.Sample] {
        var seen: Set<LabelSet> = []
        var out = vector.samples
        for i in out.indices {
            var pairs = out[i].labels.pairs.filter { $0.name != "__name__" }
            pairs.append(("__name__", rule.name))
            for label in rule.labels { pairs.append((label.name, label.source)) }
            out[i].labels = LabelSet(pairs)
            guard seen.insert(out[i].labels).inserted else {
                throw RuleQueryError("vector contains metrics with the same labelset after applying rule labels")
            }
        }
        return out
    }

    func found(_ vector: RuleVector) throws(RuleQueryError) -> [AlertTracker.Found] {
        var seen: Set<LabelSet> = []
        var out: [AlertTracker.Found] = []
        out.reserveCapacity(vector.samples.count)
        for sample in vector.samples {
            let expander = RuleExpander(pass: self, labels: sample.labels, value: sample.value)
            var pairs = sample.labels.pairs.filter { $0.name != "__name__" }
            for label in rule.labels { pairs.append((label.name, expander.expanded(label))) }
            pairs.append(("alertname", rule.name))
            let labels = LabelSet(pairs)
            guard seen.insert(labels).inserted else {
                throw RuleQueryError("vector contains metrics with the same labelset after applying alert labels")
            }
            var annotations: [(name: String, value: String)] = []
            for annotation in rule.annotations {
                annotations.append((annotation.name, expander.expanded(annotation)))
            }
            out.append(AlertTracker.Found(labels: labels, annotations: LabelSet(annotations), value: sample.value))
        }
        return out
    }
}

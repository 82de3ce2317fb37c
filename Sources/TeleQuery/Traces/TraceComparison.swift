import TeleEngine
import TeleModel
import TeleQL

/// `compare()`: for every attribute how often each of its values occurs among the selected spans and among the others.
struct TraceComparison {
    private struct Key: Hashable {
        var isSelected: Bool
        var attribute: String
        var value: TraceGroupKey
    }

    private let metric: TraceQLSpanMetric
    private let grid: TraceMetricGrid

    init(_ metric: TraceQLSpanMetric, _ grid: TraceMetricGrid) {
        self.metric = metric
        self.grid = grid
    }

    private static let intrinsics: [TraceQLIntrinsic] = [.name, .kind, .status, .statusMessage]

    /// Series `__meta_type` = `baseline` or `selection` a value, and `baseline_total` or `selection_total` an attribute.
    func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [TraceSeries] {
        var counts: [Key: (value: TraceQLValue, bins: [Int32])] = [:]
        var totals: [Key: [Int32]] = [:]
        let selection = metric.selection ?? .filter(nil)
        let bins = grid.count
        func add(_ isSelected: Bool, _ attribute: String, _ value: TraceQLValue, _ bin: Int) throws(EngineError) {
            let key = Key(isSelected: isSelected, attribute: attribute, value: TraceGroupKey(value))
            if counts[key] == nil {
                try budget.charge(bytes: 160 + bins * 4)
                counts[key] = (value, Array(repeating: 0, count: bins))
            }
            counts[key]?.bins[bin] += 1
            let total = Key(isSelected: isSelected, attribute: attribute, value: TraceGroupKey(.missing))
            totals[total, default: Array(repeating: 0, count: bins)][bin] += 1
        }
        // Every attribute counts: all columns that hold some are read, and the selection may ask for the whole trace.
        let all = TraceComparison.intrinsics.map { TraceQLField.intrinsic($0) } + [.attribute(.span, "")]
        let stages = metric.stages
        try TraceMetricSource(stages, also: all + TraceQLUses([.spanset(selection)]).fields).forEach(
            grid.range, snapshot, budget
        ) { (batch: SpanBatch, facts: TraceFacts?, rows: [Int]) throws(EngineError) in
            let facts = facts ?? TraceFacts(SpanBatch())
            let chosen = Set(TraceEvaluator(batch, facts).rows(selection, within: rows))
            for row in rows {
                let bin = grid.bin(batch.start[row])
                let isInTime = metric.selectionTime?.contains(batch.start[row]) ?? true
                let isSelected = isInTime && chosen.contains(row)
                try add(isSelected, "name", .string(batch.core.heap.string(batch.name[row])), bin)
                try add(isSelected, "kind", .kind(batch.kind[row]), bin)
                try add(isSelected, "status", .status(batch.statusCode[row]), bin)
                let resource = batch.core.resources.attributes
                for (scope, table, owner) in [
                    ("span.", batch.attributes, row), ("resource.", resource, Int(batch.resource[row])),
                ] {
                    for entry in table.entries(of: owner) {
                        let key = batch.core.heap.string(batch.core.keys[Int(table.keys[entry])])
                        let values = TraceCompare.values(table.value(at: entry), batch.core.heap)
                        if let value = values.first { try add(isSelected, scope + key, value, bin) }
                    }
                }
            }
        }
        return series(counts, totals)
    }

    private func series(
        _ counts: [Key: (value: TraceQLValue, bins: [Int32])], _ totals: [Key: [Int32]]
    ) -> [TraceSeries] {
        func type(_ key: Key) -> String { key.isSelected ? "selection" : "baseline" }
        func values(_ bins: [Int32]) -> [Double] { bins.map { $0 == 0 ? .nan : Double($0) } }
        var out: [TraceSeries] = []
        let groups = Dictionary(grouping: counts) {
            Key(isSelected: $0.key.isSelected, attribute: $0.key.attribute, value: TraceGroupKey(.missing))
        }
        for (group, members) in groups {
            let ranked = members.map { ($0.value.bins.reduce(0) { $0 + Int($1) }, $0.value) }.sorted { a, b in
                a.0 != b.0
                    ? a.0 > b.0 : TraceValueText.text(of: a.1.value) < TraceValueText.text(of: b.1.value)
            }
            for (_, member) in ranked.prefix(metric.topValues) {
                out.append(
                    TraceSeries(
                        labels: [("__meta_type", .string(type(group))), (group.attribute, member.value)],
                        values: values(member.bins)))
            }
        }
        for (key, bins) in totals {
            out.append(
                TraceSeries(
                    labels: [("__meta_type", .string(type(key) + "_total")), (key.attribute, .missing)],
                    values: values(bins)))
        }
        return out.map { ($0.key, $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }
}

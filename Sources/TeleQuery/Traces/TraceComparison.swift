import TeleEngine
import TeleModel
import TeleQL

/// `compare()`: for every attribute how often each of its values occurs among the selected spans and among the others.
struct TraceComparison {
    private struct Key: Hashable {
        var isSelected: Bool
        var attribute: String
        var value: TraceGroupKey
        /// Of the attribute, whatever its value.
        var isTotal: Bool
    }

    private let metric: TraceQLSpanMetric
    private let grid: TraceMetricGrid
    private let spansPerTrace: Int

    init(_ metric: TraceQLSpanMetric, _ grid: TraceMetricGrid, spansPerTrace: Int) {
        self.metric = metric
        self.grid = grid
        self.spansPerTrace = spansPerTrace
    }

    private static let intrinsics: [TraceQLIntrinsic] = [.name, .kind, .status, .statusMessage]

    /// Series `__meta_type` = `baseline` or `selection` a value, and `baseline_total` or `selection_total` an attribute.
    func run(
        _ snapshot: any EngineSnapshot, _ budget: QueryBudget, cut: inout TraceCut?
    ) throws(EngineError) -> [TraceSeries] {
        var tally = Tally(bins: grid.count)
        let selection = metric.selection ?? .filter(nil)
        // Every attribute counts: all columns that hold some are read, and the selection may ask for the whole trace.
        let all = TraceComparison.intrinsics.map { TraceQLField.intrinsic($0) } + [.attribute(.span, "")]
        let stages = metric.stages
        try TraceMetricSource(
            stages, also: all + TraceQLUses([.spanset(selection)]).fields, spansPerTrace: spansPerTrace
        ).forEach(grid.range, snapshot, budget, cut: &cut) {
            (batch: SpanBatch, facts: TraceFacts?, rows: [Int]) throws(EngineError) in
            let facts = facts ?? TraceFacts(SpanBatch())
            let chosen = Set(TraceEvaluator(batch, facts).rows(selection, within: rows))
            let heap = batch.core.heap
            // Equal values of one batch mostly lie at the same place of its heap: counted without being looked at.
            var known: [RawKey: Place] = [:]
            func add(
                _ isSelected: Bool, _ column: UInt32, _ value: RawValue, _ bin: Int,
                _ read: () -> (attribute: String, value: TraceQLValue?)
            ) throws(EngineError) {
                let raw = RawKey(isSelected: isSelected, column: column, kind: value.kind.rawValue, bits: value.bits)
                if let place = known[raw] { return tally.count(place, bin) }
                let (attribute, value) = read()
                guard let value else { return }
                let place = try tally.place(isSelected, attribute, value, budget)
                known[raw] = place
                tally.count(place, bin)
            }
            for row in rows {
                let bin = grid.bin(batch.start[row])
                let isInTime = metric.selectionTime?.contains(batch.start[row]) ?? true
                let isSelected = isInTime && chosen.contains(row)
                try add(isSelected, 0, .range(.string, batch.name[row]), bin) {
                    ("name", .string(heap.string(batch.name[row])))
                }
                try add(isSelected, 1, .int(Int64(batch.kind[row])), bin) { ("kind", .kind(batch.kind[row])) }
                try add(isSelected, 2, .int(Int64(batch.statusCode[row])), bin) {
                    ("status", .status(batch.statusCode[row]))
                }
                for (isOwn, table, owner) in [
                    (true, batch.attributes, row),
                    (false, batch.core.resources.attributes, Int(batch.resource[row])),
                ] {
                    for entry in table.entries(of: owner) {
                        let (key, value) = (table.keys[entry], table.value(at: entry))
                        try add(isSelected, 4 &+ key &* 2 &+ (isOwn ? 1 : 0), value, bin) {
                            let name = heap.string(batch.core.keys[Int(key)])
                            return ((isOwn ? "span." : "resource.") + name, TraceCompare.values(value, heap).first)
                        }
                    }
                }
            }
        }
        return series(tally)
    }

    /// A value of a batch, by where it lies.
    private struct RawKey: Hashable {
        var isSelected: Bool
        /// The attribute.
        var column: UInt32
        var kind: UInt8
        var bits: UInt64
    }

    /// Where a value and its attribute are counted.
    private struct Place {
        var value: Int
        var attribute: Int
    }

    private struct Tally {
        let bins: Int
        private var places: [Key: Int] = [:]
        private(set) var keys: [(key: Key, value: TraceQLValue)] = []
        /// `bins` numbers a key.
        private(set) var counts: [Int32] = []

        init(bins: Int) { self.bins = bins }

        mutating func place(
            _ isSelected: Bool, _ attribute: String, _ value: TraceQLValue, _ budget: QueryBudget
        ) throws(EngineError) -> Place {
            Place(
                value: try number(
                    Key(isSelected: isSelected, attribute: attribute, value: TraceGroupKey(value), isTotal: false),
                    value, budget),
                attribute: try number(
                    Key(isSelected: isSelected, attribute: attribute, value: TraceGroupKey(.missing), isTotal: true),
                    .missing, budget))
        }

        private mutating func number(
            _ key: Key, _ value: TraceQLValue, _ budget: QueryBudget
        ) throws(EngineError) -> Int {
            if let known = places[key] { return known }
            try budget.charge(bytes: 160 + bins * 4)
            let number = keys.count
            places[key] = number
            keys.append((key, value))
            counts.append(contentsOf: repeatElement(0, count: bins))
            return number
        }

        mutating func count(_ place: Place, _ bin: Int) {
            counts[place.value * bins + bin] &+= 1
            counts[place.attribute * bins + bin] &+= 1
        }

        func row(_ number: Int) -> [Int32] { Array(counts[number * bins..<(number + 1) * bins]) }
    }

    private func series(_ tally: Tally) -> [TraceSeries] {
        func type(_ key: Key) -> String { key.isSelected ? "selection" : "baseline" }
        func values(_ number: Int) -> [Double] { tally.row(number).map { $0 == 0 ? .nan : Double($0) } }
        var out: [TraceSeries] = []
        let groups = Dictionary(grouping: tally.keys.indices.filter { !tally.keys[$0].key.isTotal }) { number in
            let key = tally.keys[number].key
            return Key(
                isSelected: key.isSelected, attribute: key.attribute, value: TraceGroupKey(.missing), isTotal: true)
        }
        for (group, members) in groups {
            let ranked = members.map { number in
                (
                    number: number, sum: tally.row(number).reduce(0) { $0 + Int($1) },
                    value: tally.keys[number].value
                )
            }.sorted { a, b in
                a.sum != b.sum ? a.sum > b.sum : TraceValueText.text(of: a.value) < TraceValueText.text(of: b.value)
            }
            for member in ranked.prefix(metric.topValues) {
                out.append(
                    TraceSeries(
                        labels: [("__meta_type", .string(type(group))), (group.attribute, member.value)],
                        values: values(member.number)))
            }
        }
        for (number, entry) in tally.keys.enumerated() where entry.key.isTotal {
            out.append(
                TraceSeries(
                    labels: [("__meta_type", .string(type(entry.key) + "_total")), (entry.key.attribute, .missing)],
                    values: values(number)))
        }
        return out.map { ($0.key, $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }
}

package import TeleModel
package import TeleQL

/// Spans of one trace that belong together in a result.
package struct TraceSpanset: Sendable {
    /// Ascending.
    package var rows: [Int]
    /// What `by()` grouped by, and the value of this group.
    package var groups: [(name: String, value: TraceQLValue)] = []
}

/// Runs the stages of a query over the spans of one trace.
package struct TraceEvaluator: Sendable {
    let batch: SpanBatch
    let facts: TraceFacts

    package init(_ batch: SpanBatch, _ facts: TraceFacts) {
        self.batch = batch
        self.facts = facts
    }

    /// The sets that are left, none of them empty.
    package func run(_ stages: [TraceQLStage], within rows: [Int]? = nil) -> [TraceSpanset] {
        var sets = [TraceSpanset(rows: rows ?? Array(0..<batch.count))]
        for stage in stages {
            switch stage {
            case .spanset(let spanset):
                for i in sets.indices { sets[i].rows = self.rows(spanset, within: sets[i].rows) }
            case .filter(let left, let operation, let right):
                sets = sets.filter { set in
                    TraceCompare.compare(operation, [scalar(left, set.rows)], [scalar(right, set.rows)])
                }
            case .by(let field): sets = sets.flatMap { grouped($0, field) }
            case .select: break
            case .coalesce:
                var marked = [Bool](repeating: false, count: batch.count)
                for set in sets { for row in set.rows { marked[row] = true } }
                sets = [TraceSpanset(rows: marked.indices.filter { marked[$0] })]
            }
            sets.removeAll { $0.rows.isEmpty }
            if sets.isEmpty { return [] }
        }
        return sets
    }

    /// The rows among these that a spanset expression selects.
    package func rows(_ spanset: TraceQLSpanset, within rows: [Int]) -> [Int] {
        switch spanset {
        case .filter(nil): return rows
        case .filter(let field):
            let filter = TraceFilter(field, batch, facts: facts)
            return rows.filter { filter.accepts(field, row: $0) == true }
        case .and(let a, let b):
            let left = self.rows(a, within: rows)
            if left.isEmpty { return [] }
            let right = self.rows(b, within: rows)
            return right.isEmpty ? [] : union(left, right)
        case .or(let a, let b): return union(self.rows(a, within: rows), self.rows(b, within: rows))
        case .structural(let structure, let a, let b):
            let left = self.rows(a, within: rows)
            if left.isEmpty { return [] }
            let right = self.rows(b, within: rows)
            return right.isEmpty ? [] : related(structure, left, right)
        case .pipeline(let stages):
            return run(stages, within: rows).reduce([]) { union($0, $1.rows) }
        }
    }

    private func marks(_ rows: [Int]) -> [Bool] {
        var out = [Bool](repeating: false, count: batch.count)
        for row in rows { out[row] = true }
        return out
    }

    private func union(_ a: [Int], _ b: [Int]) -> [Int] {
        if a.isEmpty { return b }
        if b.isEmpty { return a }
        var marked = marks(a)
        for row in b { marked[row] = true }
        return marked.indices.filter { marked[$0] }
    }

    private func related(_ structure: TraceQLStructure, _ left: [Int], _ right: [Int]) -> [Int] {
        let tree = facts.tree ?? TraceTree(batch)
        let isRelated = tree.related(structure.relation, to: marks(left))
        let found = right.filter { isRelated[$0] != structure.isNegated }
        guard structure.isUnion, !found.isEmpty else { return found }
        let others = tree.related(structure.relation.inverse, to: marks(found))
        return union(left.filter { others[$0] }, found)
    }

    // MARK: Groups and aggregates

    private func grouped(_ set: TraceSpanset, _ field: TraceQLField) -> [TraceSpanset] {
        let filter = TraceFilter(field, batch, facts: facts)
        var places: [TraceGroupKey: Int] = [:]
        var out: [TraceSpanset] = []
        for row in set.rows {
            let value = filter.values(of: field, row: row).first ?? .missing
            let key = TraceGroupKey(value)
            if let place = places[key] {
                out[place].rows.append(row)
            } else {
                places[key] = out.count
                out.append(TraceSpanset(rows: [row], groups: set.groups + [("by(\(field.text))", value)]))
            }
        }
        return out
    }

    private func scalar(_ scalar: TraceQLScalar, _ rows: [Int]) -> TraceQLValue {
        switch scalar {
        case .literal(let value): return value
        case .binary(let operation, let a, let b):
            return TraceCompare.arithmetic(operation, self.scalar(a, rows), self.scalar(b, rows))
        case .aggregate(_, nil): return .int(Int64(rows.count))
        case .aggregate(let aggregate, let field?):
            let filter = TraceFilter(field, batch, facts: facts)
            var values: [TraceQLValue] = []
            for row in rows { values += filter.values(of: field, row: row) }
            return TraceCompare.aggregate(aggregate, values)
        }
    }
}

/// A value as the key of a group: equal where it would print alike and has the same type.
struct TraceGroupKey: Hashable {
    private let type: UInt8
    private let text: String
    private let bits: UInt64

    init(_ value: TraceQLValue) {
        switch value {
        case .missing: (type, text, bits) = (0, "", 0)
        case .string(let value): (type, text, bits) = (1, value, 0)
        case .int(let value): (type, text, bits) = (2, "", UInt64(bitPattern: value))
        case .double(let value): (type, text, bits) = (3, "", value.bitPattern)
        case .bool(let value): (type, text, bits) = (4, "", value ? 1 : 0)
        case .duration(let value): (type, text, bits) = (5, "", UInt64(bitPattern: value))
        case .status(let value): (type, text, bits) = (6, "", UInt64(UInt32(bitPattern: value)))
        case .kind(let value): (type, text, bits) = (7, "", UInt64(UInt32(bitPattern: value)))
        }
    }
}

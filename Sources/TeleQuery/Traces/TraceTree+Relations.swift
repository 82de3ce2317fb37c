import TeleModel
package import TeleQL

extension TraceTree {
    /// Which rows stand in the relation to any of the rows marked, as the right side of the operator: `child` marks
    /// the children of those rows.
    package func related(_ relation: TraceQLStructure.Relation, to marked: [Bool]) -> [Bool] {
        var out = [Bool](repeating: false, count: marked.count)
        switch relation {
        case .child: for row in order where parent[row] >= 0 { out[row] = marked[parent[row]] }
        case .descendant:
            for row in order where parent[row] >= 0 { out[row] = marked[parent[row]] || out[parent[row]] }
        case .parent: for row in order where parent[row] >= 0 && marked[row] { out[parent[row]] = true }
        case .ancestor:
            for row in order.reversed() where parent[row] >= 0 && (marked[row] || out[row]) { out[parent[row]] = true }
        case .sibling:
            // Roots are siblings: they stand under -1.
            var counts: [Int: Int] = [:]
            for row in order where marked[row] { counts[parent[row], default: 0] += 1 }
            for row in order { out[row] = counts[parent[row], default: 0] > (marked[row] ? 1 : 0) }
        }
        return out
    }
}

extension TraceQLStructure.Relation {
    /// The relation seen from the other side.
    package var inverse: TraceQLStructure.Relation {
        switch self {
        case .child: .parent
        case .descendant: .ancestor
        case .parent: .child
        case .ancestor: .descendant
        case .sibling: .sibling
        }
    }
}

import TeleEngine
import TeleModel
import TeleQL
import TeleQuery
import TeleTestKit
import Testing

/// Structural operators against their definition, and the stages of a pipeline.
struct TracesStructureTests {
    /// A trace of random shape: parents that are missing, spans that are their own parent, several roots.
    private static func random(_ seed: UInt64) -> [SpanRecord] {
        var random = SeededGenerator(seed: seed)
        let count = 1 + random.below(14)
        return (1...count).map { id in
            let parent = random.below(10) == 0 ? 0 : random.below(12) == 0 ? 99 : random.below(count + 1)
            return SpanRecord(
                trace: 1, id: UInt64(id), parent: id == 1 ? 0 : UInt64(parent), name: ["a", "b"][random.below(2)],
                start: UInt64(id), end: UInt64(id) + 1)
        }
    }

    /// Rows that a root reaches by following parents.
    private static func ancestors(_ row: Int, _ records: [SpanRecord]) -> [Int]? {
        var out: [Int] = []
        var at = row
        while records[at].parent != 0 {
            guard let up = records.firstIndex(where: { $0.id == records[at].parent }), out.count <= records.count
            else { return nil }
            out.append(up)
            at = up
        }
        return out
    }

    private static func stands(
        _ row: Int, _ relation: TraceQLStructure.Relation, to other: Int, _ records: [SpanRecord]
    ) -> Bool {
        guard let own = ancestors(row, records), let others = ancestors(other, records) else { return false }
        return switch relation {
        case .child: own.first == other
        case .descendant: own.contains(other)
        case .parent: others.first == row
        case .ancestor: others.contains(row)
        case .sibling: row != other && own.first == others.first
        }
    }

    @Test(arguments: 1...60)
    func relationsFollowTheirDefinition(_ seed: Int) {
        let records = Self.random(UInt64(seed))
        let batch = TracesFixture.batch(records)
        let tree = TraceTree(batch)
        let marked = records.map { $0.name == "a" }
        for relation in [TraceQLStructure.Relation.child, .descendant, .parent, .ancestor, .sibling] {
            let expected = records.indices.map { row in
                records.indices.contains { marked[$0] && Self.stands(row, relation, to: $0, records) }
            }
            #expect(tree.related(relation, to: marked) == expected, "seed \(seed), \(relation)")
        }
        for row in records.indices {
            #expect(tree.hasPlace(row) == (Self.ancestors(row, records) != nil))
            guard tree.parent[row] >= 0 else { continue }
            let above = tree.parent[row]
            #expect(tree.left[above] < tree.left[row] && tree.right[row] < tree.right[above], "seed \(seed)")
        }
    }

    private static let tree: [SpanRecord] = [
        SpanRecord(trace: 1, id: 1, service: "x", name: "root", start: 10, end: 100, attributes: [("n", .int(1))]),
        SpanRecord(
            trace: 1, id: 2, parent: 1, service: "y", name: "in", start: 20, end: 90, attributes: [("n", .int(2))]),
        SpanRecord(trace: 1, id: 3, parent: 2, service: "y", name: "leaf", start: 30, end: 40, status: 2),
        SpanRecord(
            trace: 1, id: 4, parent: 2, service: "z", name: "leaf", start: 50, end: 80, attributes: [("n", .int(7))]),
    ]

    private func sets(_ query: String) async throws -> [String] {
        let snapshot = try await TracesFixture.snapshot(Self.tree)
        let found = try TraceSearch(
            query: TraceQLParser.parse(query), time: 0..<1000, limit: 10, spansPerSet: 10
        ).run(snapshot, QueryBudget())
        return (found.first?.sets ?? []).map { set in
            set.groups.map { TraceValueText.text(of: $0.value) + "|" }.joined()
                + set.spans.map { String($0.id.raw) }.joined(separator: ",")
        }
    }

    @Test(
        arguments: [
            (#"{ name = "root" } > { }"#, ["2"]), (#"{ name = "root" } >> { status = error }"#, ["3"]),
            (#"{ name = "leaf" } << { }"#, ["1,2"]), (#"{ status = error } ~ { }"#, ["4"]),
            (#"{ name = "in" } &> { status = error }"#, ["2,3"]), (#"{ name = "in" } !> { }"#, ["1,2"]),
            (#"{ } | count() = 4"#, ["1,2,3,4"]), (#"{ } | count() > 4"#, []), ("{ } | avg(.n) < 3.4", ["1,2,3,4"]),
            ("{ } | sum(.n) = 10", ["1,2,3,4"]), ("{ } | max(duration) = 90ns | min(.n) = 1", ["1,2,3,4"]),
            ("{ } | min(.missing) = 1", []), ("{ } | by(resource.service.name)", ["x|1", "y|2,3", "z|4"]),
            ("{ } | by(resource.service.name) | count() > 1", ["y|2,3"]),
            ("{ } | by(.n / 2)", ["0|1", "1|2", "nil|3", "3|4"]),
            ("{ } | by(name) | coalesce()", ["1,2,3,4"]), ("{ nestedSetParent < 0 }", ["1"]),
            ("{ childCount = 2 }", ["2"]),
            ("{ nestedSetParent = -1 && true }", ["1"]), ("{ nestedSetParent <= -1 } >> { .n = 7 }", ["4"]),
            ("{ nestedSetLeft = 1 && nestedSetRight = 8 }", ["1"]),
            ("({ } | count() > 9) || { status = error }", ["3"]),
        ] as [(String, [String])])
    func stages(_ query: String, _ expected: [String]) async throws {
        #expect(try await sets(query) == expected)
    }
}

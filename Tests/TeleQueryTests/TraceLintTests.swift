import TeleEngine
import TeleModel
import TeleQuery
import TeleTestKit
import Testing

struct TraceLintTests {
    private static let ms: UInt64 = 1_000_000
    private static let hour: UInt64 = 3_600_000 * ms

    private func lint(_ records: [SpanRecord], from: UInt64 = 0) async throws -> [String] {
        let engine = MemoryEngine()
        try await engine.append(TracesFixture.batch(records))
        let lint = try TraceLint(time: from..<10 * Self.hour, snapshot: engine.snapshot(), budget: QueryBudget())
        return lint.findings.map { "\($0.service) \($0.operation): \($0.problem.rawValue) \($0.count)/\($0.of)" }
    }

    private func span(
        _ trace: UInt64, _ id: UInt64, _ parent: UInt64, _ name: String, _ kind: Int32 = 1, start: UInt64 = 5,
        end: UInt64 = 9
    ) -> SpanRecord {
        SpanRecord(
            trace: trace, id: id, parent: parent, name: name, start: 2 * Self.hour + start * Self.ms,
            end: 2 * Self.hour + end * Self.ms, kind: kind)
    }

    /// Three traces that are whole: entry points, databases and shared ids are no findings.
    @Test func wholeTracesAreClean() async throws {
        let records = (1...3 as ClosedRange<UInt64>).flatMap { trace in
            [
                span(trace, 1, 0, "GET /", 2), span(trace, 2, 1, "call", 3), span(trace, 3, 2, "POST /x", 2),
                span(trace, 4, 3, "SELECT", 3),
            ]
        }
        #expect(try await lint(records) == [])
        #expect(try await lint([]) == [])
    }

    @Test func whatIsLostIsFound() async throws {
        var records = (1...4 as ClosedRange<UInt64>).flatMap { trace in
            [span(trace, 1, 0, "GET /", 2), span(trace, 2, 1, "call", 3), span(trace, 3, 2, "POST /x", 2)]
        }
        // Of the fourth trace the call's context never arrived.
        records[11].trace = 40
        records[11].parent = 0
        records.append(span(5, 7, 99, "orphan"))
        records += [span(6, 1, 2, "ring"), span(6, 2, 1, "ring"), span(6, 3, 3, "own"), span(6, 4, 3, "below")]
        records += [span(7, 1, 0, "late", start: 9, end: 12), span(7, 2, 1, "early", start: 5)]
        records += [
            span(8, 1, 0, "backwards", start: 9, end: 3), span(8, 5, 1, "twice", start: 9),
            span(8, 5, 1, "twice", start: 9),
        ]
        let found = Set(try await lint(records))
        #expect(
            found == [
                "shop POST /x: began a trace of its own 1/4", "shop call: no server span below 1/4",
                "shop orphan: missing parent 1/1", "shop ring: own ancestor 2/2", "shop own: own ancestor 1/1",
                "shop early: starts before its parent 1/1", "shop backwards: ends before it starts 1/1",
                "shop twice: span id used twice 1/2",
            ])
    }

    /// A parent that started before the range is no missing parent.
    @Test func parentsAreLookedForBeforeTheRange() async throws {
        var parent = span(1, 1, 0, "long")
        parent.start -= Self.hour / 2
        let records = [parent, span(1, 2, 1, "child")]
        #expect(try await lint(records, from: 2 * Self.hour) == [])
        #expect(try await lint([records[1]], from: 2 * Self.hour) == ["shop child: missing parent 1/1"])
    }
}

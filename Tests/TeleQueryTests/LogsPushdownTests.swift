import TeleEngine
import TeleModel
import TeleQL
import TeleTestKit
import Testing

@testable import TeleQuery

/// Label filters as conditions of the engine against the same filters behind a stage that does nothing, where they are
/// decided entry by entry.
struct LogsPushdownTests {
    private static let filters = [
        #"http_route="/r1""#, #"http_route!="/r1""#, #"http_route=~"/r.""#, #"http_route!~"/r1|""#, #"http_route="""#,
        #"status="500""#, #"status="0.5""#, #"status>=200"#, #"status<200 and http_route="/r2""#,
        #"size>1KB"#, #"took<2s, status=200"#, #"nothing="x""#, #"nothing!="x""#, #"nothing>1"#, #"host_name="h1""#,
        #"detected_level="error""#, #"odd_name="1""#, #"odd="1""#, #"took=~".+" and size=~"1.*""#,
    ]

    private func records(_ random: inout SeededGenerator) -> [LogRecord] {
        (0..<120).map { i in
            var record = LogRecord(time: UInt64(i + 1) * 1_000_000_000, body: "line \(i) of status=9")
            record.resource = ["service.name": "a", "host.name": "h\(random.below(2))"]
            record.severity = Int32(random.below(24))
            if random.chance(0.5) { record.attributes["http.route"] = "/r\(random.below(3))" }
            if random.chance(0.5) { record.attributes["status"] = ["200", "500", "0.5", "x", ""][random.below(5)] }
            if random.chance(0.3) { record.attributes["size"] = ["2KB", "10", "huge"][random.below(3)] }
            if random.chance(0.3) { record.attributes["took"] = ["1s", "5s", "2"][random.below(3)] }
            if random.chance(0.3) { record.attributes["odd.name"] = "\(random.below(2))" }
            if random.chance(0.3) { record.attributes["odd_name"] = "\(random.below(2))" }
            return record
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func filtersAgreeWithEveryEntry(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed &+ 9)
        let snapshot = try await LogsFixture.snapshot(records(&random))
        var found = 0
        for filter in Self.filters {
            func lines(_ stages: String) throws -> [String] {
                guard case .log(let pipeline) = try LogQLParser.parse(#"{service_name="a"}\#(stages) | \#(filter)"#)
                else { return [] }
                let search = LogSearch(
                    pipeline: pipeline, time: 0..<UInt64.max, limit: 1_000, isForward: true, categorizes: false)
                return try search.run(snapshot, QueryBudget()).flatMap { stream in
                    stream.entries.map { "\($0.time) \(stream.labels)" }
                }
            }
            let mine = try lines("")
            #expect(try mine == lines(" | drop no_such_label"), "seed \(seed): \(filter)")
            found += mine.isEmpty ? 0 : 1
        }
        #expect(found > 10, "seed \(seed)")
    }

    @Test func conditionsAreMadeWhereALabelHasOneSource() throws {
        var keys = LogAttributeKeys()
        keys.own = ["http.route", "odd.name", "odd_name", "map"]
        keys.scope = ["lib.kind"]
        func conditions(_ filter: String) throws -> Int? {
            guard case .log(let pipeline) = try LogQLParser.parse(#"{service_name="a"} | \#(filter)"#) else {
                return nil
            }
            let streams = try LogStreams(
                matching: [], time: 0..<1, snapshot: MemoryEngine().snapshot(), budget: QueryBudget())
            return LogLabelConditions.conditions(pipeline.stages, streams, keys)?.count
        }
        #expect(try conditions(#"http_route="/r1""#) == 1)
        #expect(try conditions(#"http_route="/r1" and http_route=~"/.+""#) == 2)
        #expect(try conditions(#"http_route!="/r1""#) == 0)
        #expect(try conditions(#"odd_name="1""#) == 0)
        #expect(try conditions(#"lib_kind="1""#) == 0)
        #expect(try conditions(#"map_inner="1""#) == 0)
        #expect(try conditions(#"trace_id="1""#) == 0)
        #expect(try conditions(#"nothing="1""#) == nil)
        #expect(try conditions(#"http_route="/r1" or nothing="1""#) == 0)
        #expect(try conditions(#"json | http_route="/r1""#) == 0)
    }
}

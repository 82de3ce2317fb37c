import TeleAlert
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import TeleWire
import Testing

@Suite struct BuiltinRulesTests {
    /// `alertname{labels} state` of what is pending or fires.
    private static func alerts(_ running: RunningServer) -> Set<String> {
        let rules = running.server.rules.groups.flatMap { $0.status.rules }
        return Set(
            rules.flatMap(\.tracker.current).map { alert in
                alert.labels.pairs.filter { $0.name != "severity" }.map(\.value).joined(separator: " ")
            })
    }

    private static func wait(_ running: RunningServer, for wanted: Set<String>) async throws {
        for _ in 0..<400 where alerts(running) != wanted { try await Task.sleep(for: .milliseconds(10)) }
        #expect(alerts(running) == wanted)
    }

    private static var configuration: Configuration {
        var configuration = Configuration.forTests
        configuration.evaluationInterval = 50
        configuration.builtins.deadMan = 400
        return configuration
    }

    @Test func silentServicesAndRefusalsAlertAndLeaveNoSeries() async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(BuiltinRulesTests.configuration, engine: engine) { running in
            try await running.waitUntilReady()
            try await BuiltinRulesTests.wait(running, for: [])
            for body in [OTLPBodies.log("a"), [0xff]] {
                _ = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: body)
            }
            try await BuiltinRulesTests.wait(running, for: ["ServiceSilent shop", "IngestRefused malformed"])
            let group = try #require(running.server.rules.groups.last)
            #expect(group.group.file == "built-in" && group.status.rules.allSatisfy { $0.health == .ok })
            // Who is heard of again is not silent: by metrics as well.
            _ = try await running.send("POST", "/v1/metrics", [RunningServer.protobuf], body: OTLPBodies.gauge("g"))
            try await BuiltinRulesTests.wait(running, for: ["IngestRefused malformed"])
            try await BuiltinRulesTests.wait(running, for: ["ServiceSilent shop", "IngestRefused malformed"])
        }
        let all = SeriesSelection(
            matchers: [try Matcher(name: "__name__", .matches, "ALERTS.*")], time: 0...Int64.max - 1)
        #expect(try engine.snapshot().series(all, budget: QueryBudget()).isEmpty)
    }

    /// A service that stopped while nobody was there to notice.
    @Test func whoSentBeforeARestartIsRemembered() async throws {
        let engine = MemoryEngine()
        let now = WallClock.nanoseconds
        try await RunningServer.with(BuiltinRulesTests.configuration, engine: engine) { running in
            try await running.waitUntilReady()
            let body = OTLPBodies.log("a", time: now)
            _ = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: body)
        }
        try await RunningServer.with(BuiltinRulesTests.configuration, engine: engine) { running in
            try await running.waitUntilReady()
            try await BuiltinRulesTests.wait(running, for: ["ServiceSilent shop"])
        }
    }

    @Test func eachCanBeSwitchedOff() async throws {
        let yaml = """
            builtin_rules: {dead_man: off, ingest_refused: false, disk_full: false, clock_skew: 5s, push_failing: false}
            """
        var configuration = Configuration.forTests
        configuration.builtins = try ConfigurationTests.resolve(yaml).configuration.builtins
        try await RunningServer.with(configuration) { running in
            #expect(running.server.rules.groups.flatMap { $0.group.rules.map(\.name) } == ["ClockSkew"])
            var none = Configuration.forTests
            (none.builtins.deadMan, none.builtins.clockSkew) = (0, 0)
            (none.builtins.ingestRefused, none.builtins.diskFull, none.builtins.pushFailing) = (false, false, false)
            try running.server.reload(none)
            #expect(running.server.rules.groups.isEmpty)
            try running.server.reload(Configuration.forTests)
            #expect(running.server.rules.groups.flatMap { $0.group.rules }.count == 5)
        }
    }

    @Test func aClockIsOffWhenItHasBeenForAMinute() throws {
        let watch = ServiceWatch()
        watch.tolerance = 60_000
        func send(_ name: String, at time: Int64, ahead: Int64, isLog: Bool) throws {
            let json = """
                {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"\(name)"}}]},
                "scopeLogs":[{"logRecords":[{"timeUnixNano":"1","body":{"stringValue":"a"}}]}]}]}
                """
            let core = try OTLP.decodeLogs(json: Array(json.utf8), options: DecodeOptions(now: 1)).batch.core
            watch.observe(core, [0, 0], [1, UInt64(time + ahead) * 1_000_000], isLog: isLog, now: time)
        }
        func skewed(at time: Int64) -> [String: Double] {
            let samples = BuiltinRules.skewed(watch, at: time).samples
            return Dictionary(uniqueKeysWithValues: samples.map { ($0.labels["service_name"] ?? "", $0.value) })
        }
        for second in stride(from: Int64(10_000), through: 10_060, by: 20) {
            try send("ahead", at: second * 1000, ahead: 90_000, isLog: true)
            try send("behind", at: second * 1000, ahead: -90_000, isLog: false)
            try send("late lines", at: second * 1000, ahead: -90_000, isLog: true)
            try send("import", at: second * 1000, ahead: -9_000_000, isLog: false)
            try send("right", at: second * 1000, ahead: 50_000, isLog: false)
            if second == 10_040 { #expect(skewed(at: second * 1000).isEmpty) }
        }
        #expect(skewed(at: 10_060_000) == ["ahead": 90, "behind": -90])
        // One batch that is right ends it; so does silence.
        try send("ahead", at: 10_061_000, ahead: 0, isLog: true)
        #expect(skewed(at: 10_062_000) == ["behind": -90])
        #expect(skewed(at: 10_700_000).isEmpty)
    }
}

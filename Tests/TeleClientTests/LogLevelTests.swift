import Logging
import Testing

@testable import TeleClient

private struct Sunk: Error {}

@Suite struct SensitivityTests {
    private func attributes(_ metadata: Logger.Metadata, keys: Set<String> = []) async throws -> [String: String] {
        let (tele, transport) = recordingTele {
            $0.sensitiveKeys = keys
            $0.logSource = false
        }
        tele.logger(label: "l").info("m", metadata: metadata)
        await tele.shutdown(deadline: .seconds(60))
        return try #require(transport.records(.logs).first?.record).attributes(6)
    }

    @Test func markedValuesDoNotLeave() async throws {
        let found = try await attributes([
            "mail": "\("a@b.c", sensitivity: .sensitive)", "id": "7", "open": "\("x", sensitivity: .open)",
            "deep": ["list": ["a", "\("secret", sensitivity: .sensitive)"], "k": "v"],
        ])
        #expect(found == ["mail": "<redacted>", "id": "7", "open": "x", "deep": "{k:v,list:[a,<redacted>]}"])
    }

    @Test func namedKeysDoNotLeave() async throws {
        let found = try await attributes(
            [
                "Password": "p", "user": ["password": "q", "name": "n"], "n": .stringConvertible(3),
                "token": "\("shown", sensitivity: .open)",
            ], keys: ["password", "TOKEN"])
        #expect(
            found == ["Password": "<redacted>", "user": "{name:n,password:<redacted>}", "n": "3", "token": "shown"])
    }

    @Test func depthIsBounded() {
        var deep = Logger.MetadataValue.string("x")
        for _ in 0..<5_000 { deep = ["password": deep] }
        _ = Redaction(keys: ["other"]).apply(["a": deep])
        var list = Logger.MetadataValue.string("x")
        for _ in 0..<5_000 { list = [list] }
        _ = Redaction(keys: []).apply(["a": list])
    }

    @Test func theConsoleIsRedactedToo() {
        let event = LogEvent(
            level: .error, message: "m", error: Sunk(), metadata: nil, source: nil, file: "M/F.swift", function: "g",
            line: 3)
        let line = ConsoleLine.development(
            event, label: "shop", time: 0, metadata: Redaction(keys: ["pw"]).apply(["pw": "x", "a": "b\nc"]),
            span: nil, isColoured: false)
        #expect(line.out == "00:00:00.000 ERROR m a=b\\nc pw=<redacted> error=Sunk() shop F.swift:3\n")
        let coloured = ConsoleLine.development(
            event, label: "shop", time: 0, metadata: [:], span: nil, isColoured: true)
        #expect(coloured.out.contains("\u{1b}[31;1mERROR\u{1b}[0m"))
    }
}

@Suite struct LogLevelTests {
    @Test func rulesHoldUntilTheyEnd() {
        let time = ManualClock()
        let levels = LogLevels(clock: time.clock)
        #expect(levels.level(of: "a", own: .info) == .info)
        let text = "debug\t10\ta\ntrace\t5\thttp.*\nloud\t5\ta\nerror\t0\tb\nwarning\t5\t*\nerror\tx\ty\njunk\n"
        levels.replace(LogLevels.parse(text, now: time.clock.now()))
        #expect(levels.level(of: "a", own: .info) == .debug)
        #expect(levels.level(of: "http.client", own: .info) == .trace)
        #expect(levels.level(of: "b", own: .info) == .warning)
        time.advance(by: .seconds(6))
        #expect(levels.level(of: "b", own: .info) == .info && levels.level(of: "a", own: .info) == .debug)
        time.advance(by: .seconds(5))
        #expect(levels.level(of: "a", own: .info) == .info)
    }

    @Test func nobodyIsAskedByDefault() async {
        let (tele, transport) = recordingTele()
        try? await Task.sleep(for: .milliseconds(50))
        await tele.shutdown(deadline: .seconds(60))
        #expect(transport.paths.isEmpty)
    }

    @Test func aLoggerThatExistsFollowsTheServer() async {
        let time = ManualClock()
        let (tele, transport) = recordingTele(
            {
                $0.serviceName = "the shop"
                $0.logLevelPoll = .seconds(30)
            }, clock: time.clock)
        let logger = tele.logger(label: "cart")
        #expect(await eventually { transport.paths == ["/api/tele/v1/loglevels/the%20shop"] })
        #expect(logger.logLevel == .info)
        transport.answer = "debug\t60\tcart\n"
        #expect(await eventually { time.sleepers >= 5 })
        time.advance(by: .seconds(30))
        #expect(await eventually { logger.logLevel == .debug })
        var own = logger
        own.logLevel = .error
        #expect(own.logLevel == .debug)
        transport.answer = nil  // out of reach: the rule stays until it ends
        time.advance(by: .seconds(30))
        #expect(await eventually { transport.paths.count >= 3 })
        #expect(logger.logLevel == .debug)
        time.advance(by: .seconds(31))
        #expect(logger.logLevel == .info && own.logLevel == .error)
        await tele.shutdown(deadline: .zero)
    }
}

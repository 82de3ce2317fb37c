import TeleCodec
import TeleServer
import TeleTestKit
import Testing

/// Loki's push over HTTP.
@Suite struct LokiPushRouteTests {
    private static let body = Array(
        #"{"streams":[{"stream":{"app":"api"},"values":[["1700000000000000000","hello",{"k":"v"}]]}]}"#.utf8)
    private static let json = ("Content-Type", "application/json")

    @Test func storesAndAnswersNothing() async throws {
        let engine = MemoryEngine()
        var configuration = Configuration.forTests
        configuration.retention.logs = 36_500 * 86_400_000
        try await RunningServer.with(configuration, engine: engine) { running in
            try await running.waitUntilReady()
            let path = "/loki/api/v1/push"
            let plain = try await running.send("POST", path, [LokiPushRouteTests.json], body: LokiPushRouteTests.body)
            #expect(plain.status == 204)
            #expect(plain.body.isEmpty)
            let packed = try await running.send(
                "POST", path, [LokiPushRouteTests.json, ("Content-Encoding", "gzip")],
                body: Gzip.compress(LokiPushRouteTests.body))
            #expect(packed.status == 204)
            let garbage = try await running.send("POST", path, body: Array("garbage!".utf8))
            #expect(garbage.status == 400)
            #expect(garbage.text.contains("snappy"))
            #expect(try await running.send("POST", path, [("Content-Type", "text/xml")], body: []).status == 415)
            #expect(try await running.send("GET", path).status == 405)
        }
        #expect(try IngestTests.logs(engine) == ["hello", "hello"])
    }
}

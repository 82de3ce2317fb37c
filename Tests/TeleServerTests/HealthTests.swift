import TeleAPI
import TeleServer
import TeleTestKit
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite struct HealthTests {
    static let paths = ["/ready", "/-/ready", "/-/healthy", "/health"]

    @Test func readyWhenTheStoreIsOpen() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            for path in HealthTests.paths {
                #expect(try await running.get(path).status == 200)
                #expect(try await running.send("HEAD", path).status == 200)
                #expect(try await running.send("POST", path).headers["allow"] == "GET, HEAD")
            }
            #expect(try await running.get("/").text.contains("tele"))
            #expect(try await running.get("/nothing").status == 404)
        }
    }

    /// The port listens while the store recovers; everything that needs the store says 503, why, and when to come back.
    @Test func notReadyWhileTheStoreOpens() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let opener = EngineOpener { _ in
            for await _ in gate.stream { break }
            return OpenEngine(engine: MemoryEngine())
        }
        try await RunningServer.with(opener: opener) { running in
            for path in HealthTests.paths {
                let answer = try await running.get(path)
                #expect(answer.status == 503)
                #expect(answer.text.contains("the store is being opened"))
                #expect(answer.headers["retry-after"] == "1")
            }
            let refused = try await running.send(
                "POST", "/v1/logs", [RunningServer.protobuf], body: OTLPBodies.log("a"))
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "1")
            #expect(try await running.get("/metrics").text.contains("\nteled_ready 0\n"))
            gate.continuation.finish()
            try await running.waitUntilReady()
            #expect(try await running.get("/ready").status == 200)
            #expect(try await running.get("/metrics").text.contains("\nteled_ready 1\n"))
        }
    }

    @Test func aFolderThatCannotBeUsedEndsTheServer() async throws {
        let opener = EngineOpener { _ in throw DataFolderProblem("locked") }
        await #expect(throws: DataFolderProblem.self) { try await RunningServer.with(opener: opener) { _ in } }
    }

    @Test func aPortThatIsTakenEndsTheServerAndClosesTheStore() async throws {
        let closed = AsyncStream<Void>.makeStream()
        try await RunningServer.with { first in
            var configuration = Configuration.forTests
            configuration.http = try [ListenAddress(String(first.http.dropFirst("http://".count)))]
            let opener = EngineOpener { _ in
                OpenEngine(engine: MemoryEngine(), close: { closed.continuation.finish() })
            }
            await #expect(throws: ListenProblem.self) {
                try await RunningServer.with(configuration, opener: opener) { _ in }
            }
            for await _ in closed.stream {}
        }
    }

    @Test func statusAndMetricsCount() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            _ = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: OTLPBodies.log("a"))
            _ = try await running.send("POST", "/v1/logs", [("Content-Type", "text/plain")], body: [1])
            let answer = try await running.get("/api/tele/v1/status")
            let status = try JSONDecoder().decode(TeleStatus.self, from: Data(answer.body))
            #expect(status.isReady)
            #expect(status.version == TeleVersion.text)
            #expect(status.ingest.map(\.signal) == ["logs", "traces", "metrics"])
            #expect(status.ingest[0].records == 1)
            #expect(status.refused.contains(TeleStatus.Refusals("media_type", 1)))
            #expect(status.memory.resident > 0)
            #expect(status.memory.requestsInFlight == 0)
            let metrics = try await running.get("/metrics")
            #expect(metrics.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(metrics.text.contains("teled_ingest_records_total{signal=\"logs\",protocol=\"otlp_http\"} 1\n"))
            #expect(metrics.text.contains("teled_ingest_refused_total{reason=\"media_type\"} 1\n"))
            #expect(metrics.text.contains("teled_ingest_duration_seconds_count{signal=\"logs\"} 1\n"))
        }
    }
}

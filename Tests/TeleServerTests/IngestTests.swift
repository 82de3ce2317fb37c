import TeleCodec
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// OTLP over HTTP: what is taken, what is refused, and in which words.
@Suite struct IngestTests {
    static func logs(_ engine: MemoryEngine) throws -> [String] {
        var out: [String] = []
        try engine.snapshot().scanLogs(LogScan(time: 0..<UInt64.max), budget: QueryBudget()) { batch in
            for row in 0..<batch.count { out.append(batch.core.heap.string(batch.bodyValue(row).range)) }
            return true
        }
        return out
    }

    @Test(arguments: ["/v1/logs", "/otlp/v1/logs"])
    func protobufIsStored(path: String) async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            let answer = try await running.send("POST", path, [RunningServer.protobuf], body: OTLPBodies.log("hello"))
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/x-protobuf")
            #expect(answer.body.isEmpty)
        }
        #expect(try IngestTests.logs(engine) == ["hello"])
    }

    @Test func jsonIsStoredAndAnsweredInJSON() async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            let headers = [("Content-Type", "application/json; charset=utf-8")]
            let answer = try await running.send("POST", "/v1/logs", headers, body: OTLPBodies.logJSON)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.text == "{}")
        }
        #expect(try IngestTests.logs(engine) == ["hello"])
    }

    @Test func tracesAndMetricsAreStored() async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            let headers = [RunningServer.protobuf]
            #expect(try await running.send("POST", "/v1/traces", headers, body: OTLPBodies.span("get")).status == 200)
            #expect(try await running.send("POST", "/v1/metrics", headers, body: OTLPBodies.gauge("up")).status == 200)
            let alias = "/api/v1/otlp/v1/metrics"
            #expect(try await running.send("POST", alias, headers, body: OTLPBodies.gauge("down")).status == 200)
        }
        let id = TraceID(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)
        #expect(try engine.snapshot().trace(id, budget: QueryBudget()).count == 1)
        let matcher = try Matcher(name: "__name__", .matches, "up|down")
        let selection = SeriesSelection(matchers: [matcher], time: 0...Int64.max)
        #expect(try engine.snapshot().select(selection, budget: QueryBudget()).count == 2)
    }

    @Test(arguments: ["gzip", "x-gzip", "GZIP", "deflate", "identity", ""])
    func packedBodiesAreTaken(coding: String) async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            let isPacked = coding.lowercased().contains("zip") || coding == "deflate"
            let plain = OTLPBodies.log("packed")
            let answer = try await running.send(
                "POST", "/v1/logs", [RunningServer.protobuf, ("Content-Encoding", coding)],
                body: isPacked ? Gzip.compress(plain) : plain, isChunked: true)
            #expect(answer.status == 200)
        }
        #expect(try IngestTests.logs(engine) == ["packed"])
    }

    @Test func anEmptyRequestIsASuccess() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            #expect(try await running.send("POST", "/v1/traces", [RunningServer.protobuf], body: []).status == 200)
            let json = try await running.send("POST", "/v1/traces", [RunningServer.json], body: Array("{}".utf8))
            #expect(json.status == 200)
            #expect(try await running.send("POST", "/v1/traces", [RunningServer.json], body: []).status == 400)
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var name: String
        var headers: [(String, String)]
        var body: [UInt8]
        var status: Int
        var contains: String
        var testDescription: String { name }
    }

    static let refusals = [
        Refusal(name: "no type", headers: [], body: [1], status: 415, contains: "Content-Type is missing"),
        Refusal(
            name: "wrong type", headers: [("Content-Type", "text/html")], body: [1], status: 415, contains: "text/html"),
        Refusal(
            name: "wrong coding", headers: [RunningServer.protobuf, ("Content-Encoding", "br")], body: [1], status: 415,
            contains: "br"),
        Refusal(
            name: "two codings", headers: [RunningServer.protobuf, ("Content-Encoding", "gzip, gzip")], body: [1],
            status: 415, contains: "gzip"),
        Refusal(name: "no protobuf", headers: [RunningServer.protobuf], body: [0xff], status: 400, contains: "byte"),
        Refusal(
            name: "cut off", headers: [RunningServer.protobuf], body: Array(OTLPBodies.log("hello").dropLast(3)),
            status: 400, contains: "byte"),
        Refusal(
            name: "no JSON", headers: [RunningServer.json], body: Array("{\"a".utf8), status: 400, contains: "byte"),
        Refusal(
            name: "no gzip", headers: [RunningServer.protobuf, ("Content-Encoding", "gzip")], body: [1, 2, 3],
            status: 400, contains: "Content-Encoding"),
        Refusal(
            name: "gzip cut off", headers: [RunningServer.protobuf, ("Content-Encoding", "gzip")],
            body: Array(Gzip.compress(OTLPBodies.log("hello")).dropLast(4)), status: 400, contains: "Content-Encoding"),
    ]

    /// Refused in the request's encoding, and the neighbour's data is taken afterwards on the same port.
    @Test(arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            let answer = try await running.send("POST", "/v1/logs", refusal.headers, body: refusal.body)
            #expect(answer.status == refusal.status)
            #expect(answer.text.contains(refusal.contains))
            let isProtobuf = refusal.headers.first?.1 == RunningServer.protobuf.1
            #expect(answer.headers["content-type"] == (isProtobuf ? "application/x-protobuf" : "application/json"))
            // google.rpc.Status: field 1 is the code, 3 for INVALID_ARGUMENT.
            if isProtobuf, refusal.status == 400 { #expect(answer.body.starts(with: [0x08, 3, 0x12])) }
            if !isProtobuf { #expect(answer.text.hasPrefix("{\"code\":3,\"message\":")) }
            let good = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: OTLPBodies.log("b"))
            #expect(good.status == 200)
            #expect(running.server.admission.inFlight == 0)
        }
        #expect(try IngestTests.logs(engine) == ["b"])
    }

    @Test func wrongMethods() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            let answer = try await running.get("/v1/logs")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "POST")
        }
    }

    static var smallConfiguration: Configuration {
        var configuration = Configuration.forTests
        configuration.memory = 32 << 20  // bodies of 4 MiB, 6 MiB after decompression, are the largest
        return configuration
    }

    @Test(arguments: [true, false])
    func bodiesThatAreTooLarge(isChunked: Bool) async throws {
        try await RunningServer.with(IngestTests.smallConfiguration) { running in
            try await running.waitUntilReady()
            let body = [UInt8](repeating: 0, count: 5 << 20)
            // The client may be cut off while it still sends; what it then sees is a broken connection.
            let answer = try? await running.send(
                "POST", "/v1/logs", [RunningServer.protobuf], body: body, isChunked: isChunked)
            if let answer { #expect(answer.status == 413) }
            #expect(running.server.metrics.refusalCounts.contains { $0.reason == .tooLarge && $0.count == 1 })
            #expect(running.server.admission.inFlight == 0)
        }
    }

    /// A gzip bomb is refused for its real size, whatever it claims, and costs no more than the limit.
    @Test(arguments: [true, false])
    func gzipBombs(liesAboutItsSize: Bool) async throws {
        try await RunningServer.with(IngestTests.smallConfiguration) { running in
            try await running.waitUntilReady()
            var bomb = Gzip.compress([UInt8](repeating: 0, count: 64 << 20), level: 9)
            if liesAboutItsSize { bomb.replaceSubrange((bomb.count - 4)..., with: [1, 0, 0, 0]) }
            let headers = [RunningServer.protobuf, ("Content-Encoding", "gzip")]
            let answer = try await running.send("POST", "/v1/logs", headers, body: bomb)
            #expect(answer.status == 413)
            #expect(answer.headers["retry-after"] == nil)
            #expect(answer.text.contains("after decompression"))
            #expect(running.server.admission.inFlight == 0)
        }
    }

    /// Partly bad: the good span is kept, the one with an empty trace id is counted.
    @Test func partialSuccess() async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            let body = OTLPBodies.span("good") + OTLPBodies.span("bad", traceID: [UInt8](repeating: 0, count: 16))
            let answer = try await running.send("POST", "/v1/traces", [RunningServer.protobuf], body: body)
            #expect(answer.status == 200)
            // Field 1, a message whose field 1 is the count 1.
            #expect(answer.body.first == 0x0a)
            #expect(answer.body.dropFirst(2).starts(with: [0x08, 1, 0x12]))
            #expect(running.server.metrics.ingest(.traces).rejected.value == 1)
            #expect(running.server.metrics.ingest(.traces).records.value == 1)
        }
    }

    /// Records outside of [now - retention, now + future] are rejected and counted.
    @Test func recordsOutsideOfTheWindowAreCounted() async throws {
        var configuration = Configuration.forTests
        configuration.retention.logs = 3_600_000
        try await RunningServer.with(configuration) { running in
            try await running.waitUntilReady()
            let now = WallClock.nanoseconds
            let body =
                OTLPBodies.log("old", time: now - 7_200_000_000_000) + OTLPBodies.log("new", time: now)
                + OTLPBodies.log("far", time: now + 200_000_000_000_000)
            let answer = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: body)
            #expect(answer.status == 200)
            #expect(running.server.metrics.ingest(.logs).rejected.value == 2)
            #expect(running.server.metrics.ingest(.logs).records.value == 1)
        }
    }

    @Test(
        arguments: [
            (EngineError.diskFull, 503, "3"), (.overloaded, 503, "1"), (.writeFailed("x"), 503, "5"),
            (.notReady("y"), 503, "1"), (.badBatch("z"), 400, nil),
        ] as [(EngineError, Int, String?)])
    func theEnginesRefusals(error: EngineError, status: Int, retryAfter: String?) async throws {
        try await RunningServer.with(engine: RefusingEngine(error: error)) { running in
            try await running.waitUntilReady()
            let answer = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: OTLPBodies.log("a"))
            #expect(answer.status == status)
            #expect(answer.headers["retry-after"] == retryAfter)
            #expect(running.server.metrics.ingest(.logs).requests.value == 0)
        }
    }

    /// More bytes at once than there is room for: some are refused with 503 and none is lost or counted twice.
    @Test func admissionBoundsWhatIsInFlight() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let engine = StallingEngine(gate: gate.stream)
        try await RunningServer.with(IngestTests.smallConfiguration, engine: engine) { running in
            try await running.waitUntilReady()
            let ticket = try #require(running.server.admission.admit(running.server.admission.capacity - 10))
            let answer = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: OTLPBodies.log("a"))
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "1")
            #expect(ticket.resize(to: 0))
            gate.continuation.finish()
            let second = try await running.send("POST", "/v1/logs", [RunningServer.protobuf], body: OTLPBodies.log("a"))
            #expect(second.status == 200)
            #expect(running.server.admission.inFlight == 0)
        }
    }
}

import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import TeleCodec
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// OTLP/gRPC, spoken frame by frame by a client of our own.
@Suite struct GRPCTests {
    static let logs = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
    static let traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    static let metrics = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"

    @Test func theThreeServicesStore() async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            for (path, body) in [
                (GRPCTests.logs, OTLPBodies.log("a")), (GRPCTests.traces, OTLPBodies.span("s")),
                (GRPCTests.metrics, OTLPBodies.gauge("g")),
            ] {
                let call = try await GRPCCall.make(running.grpcPort, path, GRPCCall.framed(body))
                #expect(call.headers[":status"] == "200")
                #expect(call.headers["content-type"] == "application/grpc")
                #expect(call.trailers["grpc-status"] == "0")
                #expect(call.body == [0, 0, 0, 0, 0])
            }
            for signal in Signal.allCases { #expect(running.server.metrics.ingest(signal).records.value == 1) }
        }
        #expect(try IngestTests.logs(engine) == ["a"])
    }

    @Test func packedMessages() async throws {
        let engine = MemoryEngine()
        try await RunningServer.with(engine: engine) { running in
            try await running.waitUntilReady()
            let body = GRPCCall.framed(Gzip.compress(OTLPBodies.log("packed")), isPacked: true)
            let call = try await GRPCCall.make(running.grpcPort, GRPCTests.logs, body, [("grpc-encoding", "gzip")])
            #expect(call.trailers["grpc-status"] == "0")
            // Announced, but this message is plain.
            let plain = GRPCCall.framed(OTLPBodies.log("plain"))
            let second = try await GRPCCall.make(running.grpcPort, GRPCTests.logs, plain, [("grpc-encoding", "gzip")])
            #expect(second.trailers["grpc-status"] == "0")
        }
        #expect(try IngestTests.logs(engine).sorted() == ["packed", "plain"])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var name: String
        var path = GRPCTests.logs
        var headers: [(String, String)] = []
        var body: [UInt8]
        var status: Int
        var testDescription: String { name }
    }

    static let refusals = [
        Refusal(name: "unknown method", path: "/a.B/C", body: GRPCCall.framed([]), status: 12),
        Refusal(name: "unknown coding", headers: [("grpc-encoding", "zstd")], body: GRPCCall.framed([]), status: 12),
        Refusal(name: "packed without a coding", body: GRPCCall.framed([1], isPacked: true), status: 3),
        Refusal(name: "wrong flag", body: [7, 0, 0, 0, 0], status: 3),
        Refusal(name: "no message", body: [], status: 3),
        Refusal(name: "half a prefix", body: [0, 0], status: 3),
        Refusal(name: "cut off", body: Array(GRPCCall.framed([1, 2, 3]).dropLast()), status: 3),
        Refusal(name: "two messages", body: GRPCCall.framed([]) + GRPCCall.framed([]), status: 3),
        Refusal(name: "no protobuf", body: GRPCCall.framed([0xff, 0xff]), status: 3),
        Refusal(name: "declared too large", body: [0, 0xff, 0xff, 0xff, 0xff], status: 8),
        Refusal(
            name: "bomb", headers: [("grpc-encoding", "gzip")],
            body: GRPCCall.framed(Gzip.compress([UInt8](repeating: 0, count: 16 << 20), level: 9), isPacked: true),
            status: 8),
    ]

    @Test(arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        try await RunningServer.with(IngestTests.smallConfiguration) { running in
            try await running.waitUntilReady()
            let call = try await GRPCCall.make(running.grpcPort, refusal.path, refusal.body, refusal.headers)
            #expect(call.trailers["grpc-status"] == "\(refusal.status)")
            #expect(call.trailers["grpc-message"]?.isEmpty == false)
            #expect(call.trailers["grpc-status-details-bin"] == nil)
            #expect(call.headers["grpc-accept-encoding"] == "identity,gzip,deflate")
            #expect(running.server.admission.inFlight == 0)
            let good = try await GRPCCall.make(running.grpcPort, GRPCTests.logs, GRPCCall.framed(OTLPBodies.log("b")))
            #expect(good.trailers["grpc-status"] == "0")
        }
    }

    /// What can be tried again is UNAVAILABLE and says when: RetryInfo{retry_delay{seconds: 30}}.
    @Test func unavailableCarriesRetryInfo() async throws {
        try await RunningServer.with(engine: RefusingEngine(error: .diskFull)) { running in
            try await running.waitUntilReady()
            let call = try await GRPCCall.make(running.grpcPort, GRPCTests.logs, GRPCCall.framed(OTLPBodies.log("a")))
            #expect(call.trailers["grpc-status"] == "14")
            #expect(call.trailers["grpc-message"] == "no space left on the data disk")
            let details = try #require(call.trailers["grpc-status-details-bin"])
            #expect(details.hasPrefix("CA4S"))  // code 14, then the message
            #expect(!details.contains("="))
        }
    }

    @Test func partialSuccess() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            let bad = OTLPBodies.span("bad", traceID: [UInt8](repeating: 0, count: 16))
            let call = try await GRPCCall.make(running.grpcPort, GRPCTests.traces, GRPCCall.framed(bad))
            #expect(call.trailers["grpc-status"] == "0")
            #expect(call.body.dropFirst(5).first == 0x0a)
        }
    }

    @Test func whatIsNotGRPCIsRefusedAsHTTP() async throws {
        try await RunningServer.with { running in
            let call = try await GRPCCall.make(
                running.grpcPort, GRPCTests.logs, [], [("content-type", "application/json")])
            #expect(call.headers[":status"] == "415")
        }
    }
}

import CoreMetrics
import Logging
import TeleModel
import TeleWire
import Testing
import Tracing

@testable import TeleClient

/// What the client sends is read by the decoder of the server, with nothing refused.
@Suite struct WireTests {
    private func body(_ signal: Signal, _ use: (Tele) -> Void) async throws -> [UInt8] {
        let (tele, transport) = recordingTele { $0.timerHistogram = .exponential() }
        use(tele)
        await tele.shutdown(deadline: .seconds(120))
        return try #require(transport.body(signal))
    }

    @Test func spansAreRead() async throws {
        let body = try await body(.traces) { tele in
            tele.tracer.withSpan("outer", ofKind: .server) { span in
                span.attributes["n"] = 7
                span.attributes["list"] = ["a", "b"]
                tele.tracer.withSpan("inner") { inner in
                    inner.addEvent("event")
                    inner.addLink(SpanLink(context: span.context, attributes: [:]))
                    inner.setStatus(SpanStatus(code: .error, message: "bad"))
                }
            }
        }
        let decoded = try OTLP.decodeTraces(protobuf: body, options: DecodeOptions(now: UnixTime.now()))
        #expect(decoded.rejected == 0 && decoded.batch.count == 2, "\(decoded.message)")
        let batch = decoded.batch
        #expect(batch.name.map { batch.core.heap.string($0) } == ["inner", "outer"])
        #expect(batch.parent == [batch.span[1], 0])
        #expect(batch.kind == [1, 2] && batch.statusCode == [2, 0])
        #expect(batch.events.count == 1 && batch.links.span == [batch.span[1]])
        #expect(batch.core.serviceName(resource: 0) == "test")
        let key = try #require(batch.core.keyIndex("n"))
        #expect(batch.attributes.value(of: key, owner: 1) == .int(7))
    }

    @Test func logsAreRead() async throws {
        let body = try await body(.logs) { tele in
            tele.tracer.withSpan("s") { _ in
                tele.logger(label: "l").error("hello", metadata: ["k": ["a": "b"]])
            }
        }
        let decoded = try OTLP.decodeLogs(protobuf: body, options: DecodeOptions(now: UnixTime.now()))
        #expect(decoded.rejected == 0 && decoded.batch.count == 1, "\(decoded.message)")
        let batch = decoded.batch
        #expect(batch.severity == [17] && batch.core.heap.string(batch.bodyValue(0).range) == "hello")
        #expect(!batch.traceID(0).isNone && batch.span[0] != 0 && batch.flags == [1])
    }

    @Test func metricsAreRead() async throws {
        let body = try await body(.metrics) { tele in
            let factory = tele.metricsFactory
            Counter(label: "c", dimensions: [("a", "b")], factory: factory).increment(by: 2)
            Meter(label: "m", dimensions: [], factory: factory).set(1.5)
            Recorder(label: "r", dimensions: [], aggregate: true, factory: factory).record(3)
            Timer(label: "t", dimensions: [], factory: factory).recordSeconds(2)
        }
        let decoded = try OTLP.decodeMetrics(
            protobuf: body, options: DecodeOptions(now: UnixTime.now()), state: MetricsState())
        #expect(decoded.rejected == 0, "\(decoded.message)")
        let batch = decoded.batch
        let names = Set(batch.metadataName.map { batch.heap.string($0) })
        #expect(names.isSuperset(of: ["m", "r", "t_seconds"]), "\(names)")
        #expect(batch.histogram.count == 1)
        #expect(batch.value.contains(2) && batch.value.contains(1.5))
    }
}

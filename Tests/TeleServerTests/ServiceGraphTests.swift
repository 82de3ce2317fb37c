import Foundation
import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import TeleWire
import Testing

/// Dependencies of Jaeger and Zipkin from the counters of the service graph.
struct ServiceGraphTests {
    private let now = WallClock.milliseconds

    /// Requests of `web` to `api`, each with a query of its database; every third fails.
    private func requests(_ count: Int, from trace: Int, at time: Int64) throws -> SpanBatch {
        let spans = (trace..<trace + count).map { trace in
            let error = trace % 3 == 0 ? #","tags":{"error":"1"}"# : ""
            let common = #""traceId":"\#(String(format: "%016x", trace))","timestamp":\#(time * 1_000),"duration":900"#
            return """
                {\(common),"id":"0000000000000001","kind":"CLIENT","localEndpoint":{"serviceName":"web"}},
                {\(common),"id":"0000000000000002","parentId":"0000000000000001","kind":"SERVER",
                "localEndpoint":{"serviceName":"Api"}\(error)},
                {\(common),"id":"0000000000000003","parentId":"0000000000000002","kind":"CLIENT",
                "localEndpoint":{"serviceName":"Api"},"tags":{"db.system":"mysql","peer.service":"orders"}}
                """
        }
        return try Zipkin.decode(
            json: Array("[\(spans.joined(separator: ","))]".utf8), options: DecodeOptions(now: UInt64(now) * 1_000_000)
        ).batch
    }

    /// `parent child calls errors` a link.
    private func ask(
        _ path: String, lookback: Int64, _ engine: MemoryEngine, live: ServiceGraph.Live = ServiceGraph.Live()
    ) throws -> [String] {
        var facts = ServerFacts()
        facts.serviceGraph = { live }
        let context = APIContext(engine: engine) { [facts] in
            facts
        } makeBudget: {
            QueryBudget()
        }
        let route = try #require((JaegerRoutes.all + ZipkinRoutes.all).first { $0.template == path })
        var request = APIRequest(method: .get, path: path)
        request.parameters = [("endTs", "\(now)"), ("lookback", "\(lookback)")]
        let response = route.handle(request, context)
        #expect(response.status == .ok)
        let json = try JSONSerialization.jsonObject(with: Data(response.body))
        let links = (json as? [[String: Any]]) ?? (json as? [String: Any])?["data"] as? [[String: Any]]
        return try #require(links).map { link in
            "\(link["parent"] ?? "") \(link["child"] ?? "") \(link["callCount"] ?? "") \(link["errorCount"] ?? 0)"
        }
    }

    private let jaeger = "/jaeger/api/dependencies"
    private let zipkin = "/zipkin/api/v2/dependencies"

    /// No span is stored: all of it comes from counters, those of memory included.
    @Test func countersAreEnough() async throws {
        let engine = MemoryEngine()
        var state = SpanMetricsState()
        state.observe(try requests(3, from: 1, at: now - 100_000), now: now - 100_000)
        try await engine.append(try #require(state.collect(now: now - 90_000)))
        state.observe(try requests(3, from: 10, at: now - 80_000), now: now - 80_000)
        try await engine.append(try #require(state.collect(now: now - 75_000)))
        for turn in stride(from: now - 60_000, to: now, by: 15_000) {
            try await engine.append(try #require(state.collect(now: turn)))
        }
        #expect(try ask(jaeger, lookback: 3_600_000, engine) == ["web api 6 0"])
        #expect(try ask(zipkin, lookback: 3_600_000, engine) == ["api orders 6 0", "web api 6 2"])
        #expect(try ask(jaeger, lookback: 85_000, engine) == ["web api 3 0"])
        #expect(try ask(jaeger, lookback: 30_000, engine).isEmpty)
        state.observe(try requests(2, from: 20, at: now), now: now)
        #expect(try ask(jaeger, lookback: 3_600_000, engine, live: state.graph(now: now)) == ["web api 8 0"])
        #expect(try ask(jaeger, lookback: 10_000, engine, live: state.graph(now: now)) == ["web api 2 0"])
    }

    /// A process that starts anew counts from 0; what memory counted before the first sample is there too.
    @Test func restartsAddUp() async throws {
        let engine = MemoryEngine()
        var before = SpanMetricsState()
        before.observe(try requests(5, from: 1, at: now - 50_000), now: now - 50_000)
        try await engine.append(try #require(before.collect(now: now - 45_000)))
        var after = SpanMetricsState()
        after.observe(try requests(7, from: 10, at: now - 20_000), now: now - 20_000)
        let live = after.graph(now: now)
        #expect(try ask(jaeger, lookback: 600_000, engine, live: live) == ["web api 12 0"])
        try await engine.append(try #require(after.collect(now: now - 5_000)))
        #expect(try ask(jaeger, lookback: 600_000, engine, live: after.graph(now: now)) == ["web api 12 0"])
    }

    /// Spans from before counting began are counted by themselves, and then all of them are.
    @Test func spansThatWereNotCounted() async throws {
        let engine = MemoryEngine()
        var state = SpanMetricsState()
        try await engine.append(try requests(4, from: 1, at: now - 3_000_000))
        let fresh = try requests(2, from: 10, at: now - 20_000)
        try await engine.append(fresh)
        state.observe(fresh, now: now - 20_000)
        try await engine.append(try #require(state.collect(now: now - 10_000)))
        let live = state.graph(now: now)
        #expect(try ask(jaeger, lookback: 3_600_000, engine, live: live) == ["web api 6 0"])
        #expect(try ask(jaeger, lookback: 600_000, engine, live: live) == ["web api 2 0"])
        #expect(try ask(zipkin, lookback: 3_600_000, engine, live: live) == ["api orders 6 0", "web api 6 1"])
    }

    /// A series that ended because nothing came begins with a zero when it comes back.
    @Test func silenceEndsASeries() async throws {
        let engine = MemoryEngine()
        var state = SpanMetricsState()
        let hour: Int64 = 3_600_000
        state.observe(try requests(9, from: 1, at: now - 3 * hour), now: now - 3 * hour)
        for turn in stride(from: now - 3 * hour, to: now - 20_000, by: 15_000) {
            if let batch = state.collect(now: turn) { try await engine.append(batch) }
        }
        state.observe(try requests(2, from: 20, at: now - 20_000), now: now - 20_000)
        try await engine.append(try #require(state.collect(now: now - 10_000)))
        #expect(try ask(jaeger, lookback: hour, engine, live: state.graph(now: now)) == ["web api 2 0"])
        #expect(try ask(jaeger, lookback: 4 * hour, engine, live: state.graph(now: now)) == ["web api 11 0"])
    }
}

import Foundation
import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import TeleWire
import Testing

/// Traces with more spans than an answer may have are cut, and every API says so.
struct LongTraceTests {
    private static let id = "463ac35c9f6413ad"

    private static func engine(_ count: Int) async throws -> MemoryEngine {
        let spans = (1...count).map { number in
            let id = String(format: "%016x", number)
            let parent = number == 1 ? "" : #""parentId":"0000000000000001","#
            return """
                {"traceId":"463ac35c9f6413ad","id":"\(id)",\(parent)"name":"n\(number)","timestamp":\(1_000_000 + number),
                "duration":5,"localEndpoint":{"serviceName":"shop"}}
                """
        }
        let engine = MemoryEngine()
        try await engine.append(
            Zipkin.decode(json: Array("[\(spans.joined(separator: ","))]".utf8), options: DecodeOptions(now: 1)).batch)
        return engine
    }

    private func ask(
        _ engine: any StorageEngine, _ path: String, _ parameters: [(name: String, value: String)] = [],
        accept: String? = nil, spans: Int = 10, bytes: Int = 1 << 30
    ) throws -> (status: Int, json: [String: Any], body: [UInt8], cut: String?) {
        var facts = ServerFacts()
        facts.configuration.query.traceSpans = spans
        let context = APIContext(engine: engine) { [facts] in
            facts
        } makeBudget: {
            QueryBudget(maxBytes: bytes)
        }
        var table = RouteTable<APIRoute>()
        for route in APIRoutes.all { table.add(route.methods, route.template, route) }
        guard case .found(let route, let values) = table.find(.get, path.split(separator: "/").map(String.init)) else {
            return (404, [:], [], nil)
        }
        var request = APIRequest(method: .get, path: path)
        request.pathParameters = values
        request.parameters = parameters
        if let accept { request.headers[.accept] = accept }
        let response = route.handle(request, context)
        let body = response.wholeBody
        let json = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        let name = try #require(HTTPField.Name("X-Tele-Cut"))
        return (response.status.code, json ?? [:], body, response.headers[name])
    }

    @Test func ownPagesGiveEverySpanOnce() async throws {
        let engine = try await Self.engine(25)
        var names: [String] = []
        var cursor: String? = "0"
        while let from = cursor {
            let page = try ask(engine, "/api/tele/v1/trace/\(Self.id)", [("cursor", from), ("limit", "8")])
            #expect(page.status == 200)
            #expect(page.json["total"] as? Int == 25)
            #expect(page.json["cut"] as? Bool == true)
            let spans = try #require(page.json["spans"] as? [[String: Any]])
            #expect(spans.count == (from == "24" ? 1 : 8))
            names += spans.compactMap { $0["name"] as? String }
            cursor = page.json["next"] as? String
        }
        #expect(names == (1...25).map { "n\($0)" })
        let whole = try ask(engine, "/api/tele/v1/trace/\(Self.id)", spans: 100)
        #expect(whole.json["cut"] == nil)
        #expect((whole.json["spans"] as? [Any])?.count == 25)
        #expect(try ask(engine, "/api/tele/v1/trace/\(Self.id)", [("cursor", "25")]).status == 404)
        for bad in [("cursor", "x"), ("cursor", "-1"), ("limit", "0"), ("limit", "1e9")] {
            #expect(try ask(engine, "/api/tele/v1/trace/\(Self.id)", [bad]).status == 400, "\(bad)")
        }
        let context = try ask(engine, "/api/tele/v1/trace/\(Self.id)/context")
        let trace = try #require(context.json["trace"] as? [String: Any])
        #expect((trace["spans"] as? [Any])?.count == 10)
        #expect(trace["next"] as? String == "10")
        #expect(context.json["services"] != nil && context.json["alerts"] != nil)
    }

    @Test func tempoSaysPartial() async throws {
        let engine = try await Self.engine(25)
        let two = try ask(engine, "/tempo/api/v2/traces/\(Self.id)")
        #expect(two.json["status"] as? String == "PARTIAL")
        #expect((two.json["message"] as? String)?.contains("25 spans") == true)
        let protobuf = try ask(engine, "/tempo/api/v2/traces/\(Self.id)", accept: "application/protobuf")
        let message = try #require(two.json["message"] as? String)
        #expect(protobuf.body.suffix(message.utf8.count).elementsEqual(message.utf8))
        // Status 1 and the message's key stand before it.
        #expect(protobuf.body.dropLast(message.utf8.count).suffix(5).starts(with: [0x18, 1, 0x22]))
        #expect(try ask(engine, "/tempo/api/traces/\(Self.id)").status == 422)
        let whole = try ask(engine, "/tempo/api/v2/traces/\(Self.id)", spans: 25)
        #expect(whole.json["status"] == nil && whole.cut == nil)
        #expect(try ask(engine, "/tempo/api/traces/\(Self.id)", spans: 25).status == 200)
    }

    @Test func jaegerAndZipkinSaySo() async throws {
        let engine = try await Self.engine(25)
        let window = [(name: "start", value: "0"), (name: "end", value: "2000000"), (name: "service", value: "shop")]
        for answer in [
            try ask(engine, "/jaeger/api/traces/\(Self.id)"), try ask(engine, "/jaeger/api/traces", window),
        ] {
            let trace = try #require((answer.json["data"] as? [[String: Any]])?.first)
            #expect((trace["spans"] as? [Any])?.count == 10)
            #expect((trace["warnings"] as? [String])?.first?.contains("25 spans") == true)
        }
        #expect(try ask(engine, "/jaeger/api/v3/traces/\(Self.id)").cut?.contains("25 spans") == true)
        #expect(try ask(engine, "/zipkin/api/v2/trace/\(Self.id)").cut?.contains("25 spans") == true)
        #expect(try ask(engine, "/zipkin/api/v2/trace/\(Self.id)", spans: 25).cut == nil)
        let found = try ask(engine, "/zipkin/api/v2/traces", [("endTs", "2000"), ("lookback", "2000")])
        #expect(found.cut?.hasPrefix("spans: ") == true)
    }

    /// A limit of the budget gives fewer spans instead of none.
    @Test func memoryCutsToo() async throws {
        let engine = try await Self.engine(2_000)
        let all = try ask(engine, "/jaeger/api/traces/\(Self.id)", spans: 2_000)
        let some = try ask(engine, "/jaeger/api/traces/\(Self.id)", spans: 2_000, bytes: all.body.count / 2)
        #expect(some.status == 200)
        let trace = try #require((some.json["data"] as? [[String: Any]])?.first)
        #expect((trace["spans"] as? [Any])?.count == 500)
        #expect(some.cut?.contains("2000 spans") == true)
    }

    @Test func searchesSayWhyTheyAreCut() async throws {
        let engine = try await Self.engine(25)
        try await engine.append(
            Zipkin.decode(
                json: Array(#"[{"traceId":"1","id":"1","name":"one","timestamp":1000000,"duration":5}]"#.utf8),
                options: DecodeOptions(now: 1)
            ).batch)
        func jobs(_ answer: (status: Int, json: [String: Any], body: [UInt8], cut: String?)) -> Bool {
            let metrics = answer.json["metrics"] as? [String: Any]
            return metrics?["completedJobs"] as? Int == metrics?["totalJobs"] as? Int
        }
        let limited = try ask(engine, "/tempo/api/search", [("q", "{}"), ("limit", "1")], spans: 100)
        #expect(limited.cut?.hasPrefix("limit: ") == true && !jobs(limited))
        let whole = try ask(engine, "/tempo/api/search", [("q", "{}"), ("limit", "3")], spans: 100)
        #expect(whole.cut == nil && jobs(whole))
        let long = try ask(engine, "/tempo/api/search", [("q", "{}"), ("limit", "3")])
        #expect(long.cut?.hasPrefix("spans: ") == true && !jobs(long))
        let metrics = try ask(
            engine, "/tempo/api/metrics/query_range",
            [("q", "{} >> {} | rate()"), ("start", "1"), ("end", "3"), ("step", "1s")])
        #expect(metrics.json["status"] as? String == "PARTIAL")
        let window = [(name: "endTs", value: "2000"), (name: "lookback", value: "2000")]
        #expect(
            try ask(engine, "/zipkin/api/v2/traces", window + [("limit", "1")], spans: 99).cut?.hasPrefix("limit")
                == true)
        let jaeger = try ask(
            engine, "/jaeger/api/traces",
            [("service", "shop"), ("start", "0"), ("end", "2000000"), ("limit", "1")], spans: 99)
        #expect(jaeger.cut?.hasPrefix("limit: ") == true)
    }
}

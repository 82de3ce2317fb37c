import Foundation
import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import TeleWire
import Testing

/// Jaeger's and Zipkin's query routes without a socket.
struct JaegerZipkinRoutesTests {
    private static let spans = #"""
        [{"traceId":"463ac35c9f6413ad","id":"0000000000000001","kind":"SERVER","name":"get /","timestamp":1000000,"duration":900,
          "localEndpoint":{"serviceName":"front","ipv4":"10.0.0.1","port":80},"tags":{"http.method":"GET"}},
         {"traceId":"463ac35c9f6413ad","id":"0000000000000002","parentId":"0000000000000001","kind":"CLIENT","name":"get",
          "timestamp":1000100,"duration":500,"localEndpoint":{"serviceName":"front","ipv4":"10.0.0.1","port":80},
          "annotations":[{"timestamp":1000200,"value":"ws"}]},
         {"traceId":"463ac35c9f6413ad","parentId":"0000000000000001","id":"0000000000000002","kind":"SERVER","name":"get /x",
          "timestamp":1000150,"duration":300,"localEndpoint":{"serviceName":"back"},"tags":{"error":""},"shared":true},
         {"traceId":"463ac35c9f6413ad","id":"0000000000000003","parentId":"0000000000000002","kind":"CLIENT","name":"query",
          "timestamp":1000200,"duration":100,"localEndpoint":{"serviceName":"back"},
          "remoteEndpoint":{"serviceName":"db","ipv6":"::1","port":5432}}]
        """#

    private func ask(
        _ path: String, _ parameters: [(name: String, value: String)] = []
    ) async throws -> (status: Int, json: Any?) {
        let engine = MemoryEngine()
        try await engine.append(
            Zipkin.decode(json: Array(Self.spans.utf8), options: DecodeOptions(now: 1)).batch)
        let context = APIContext(engine: engine) { QueryBudget() }
        var table = RouteTable<APIRoute>()
        for route in JaegerRoutes.all + ZipkinRoutes.all { table.add(route.methods, route.template, route) }
        guard case .found(let route, let values) = table.find(.get, path.split(separator: "/").map(String.init)) else {
            return (404, nil)
        }
        var request = APIRequest(method: .get, path: path)
        request.pathParameters = values
        request.parameters = parameters
        let response = route.handle(request, context)
        return (response.status.code, try? JSONSerialization.jsonObject(with: Data(response.body)))
    }

    /// What Zipkin's reporters send comes back as it was.
    @Test func zipkinSpansComeBack() async throws {
        let (status, json) = try await ask("/zipkin/api/v2/trace/463ac35c9f6413ad")
        #expect(status == 200)
        let got = try #require(json as? [[String: Any]])
        let sent = try #require(try JSONSerialization.jsonObject(with: Data(Self.spans.utf8)) as? [[String: Any]])
        #expect(got.count == sent.count)
        for (a, b) in zip(got, sent) { #expect(NSDictionary(dictionary: a) == NSDictionary(dictionary: b)) }
    }

    @Test func zipkinNamesAndSearch() async throws {
        #expect(try await ask("/zipkin/api/v2/services").json as? [String] == ["back", "front"])
        #expect(
            try await ask("/zipkin/api/v2/spans", [("serviceName", "Front")]).json as? [String] == ["get", "get /"])
        #expect(try await ask("/zipkin/api/v2/remoteServices", [("serviceName", "back")]).json as? [String] == ["db"])
        #expect(try await ask("/zipkin/api/v2/spans").status == 400)
        let window = [(name: "endTs", value: "2000"), (name: "lookback", value: "2000")]
        for (query, count) in [
            ("http.method=GET", 1), ("ws", 1), ("ws and error", 1), ("http.method=POST", 0), ("error", 1),
        ] {
            let found = try await ask("/zipkin/api/v2/traces", window + [("annotationQuery", query)]).json as? [Any]
            #expect(found?.count == count, "\(query)")
        }
        let narrow = try await ask(
            "/zipkin/api/v2/traces", window + [("serviceName", "front"), ("annotationQuery", "error")])
        #expect((narrow.json as? [Any])?.isEmpty == true)
        for bad in [("limit", "0"), ("endTs", "0"), ("maxDuration", "5"), ("minDuration", "x"), ("lookback", "-1")] {
            #expect(try await ask("/zipkin/api/v2/traces", [bad]).status == 400, "\(bad)")
        }
    }

    @Test func zipkinLinks() async throws {
        let (_, json) = try await ask("/zipkin/api/v2/dependencies", [("endTs", "2000"), ("lookback", "2000")])
        let links = try #require(json as? [[String: Any]]).map { link in
            "\(link["parent"] ?? "") \(link["child"] ?? "") \(link["callCount"] ?? "") \(link["errorCount"] ?? 0)"
        }
        #expect(links == ["back db 1 0", "front back 1 1"])
        #expect(try await ask("/zipkin/api/v2/dependencies").status == 400)
    }

    @Test func jaegerTrace() async throws {
        let (status, json) = try await ask("/jaeger/api/traces/463ac35c9f6413ad")
        #expect(status == 200)
        let data = try #require((json as? [String: Any])?["data"] as? [[String: Any]])
        #expect(data.first?["traceID"] as? String == "463ac35c9f6413ad")
        let spans = try #require(data.first?["spans"] as? [[String: Any]])
        #expect(spans.map { $0["operationName"] as? String } == ["get /", "get", "get /x", "query"])
        #expect(spans.map { $0["startTime"] as? Int } == [1_000_000, 1_000_100, 1_000_150, 1_000_200])
        let tags = try #require(spans[2]["tags"] as? [[String: Any]])
        #expect(tags.contains { $0["key"] as? String == "span.kind" && $0["value"] as? String == "server" })
        #expect(try await ask("/jaeger/api/traces/beef").status == 404)
        #expect(try await ask("/jaeger/api/traces/xyz").status == 400)
        #expect(try await ask("/jaeger/api/v3/traces/463ac35c9f6413ad").status == 200)
    }

    @Test func jaegerSearch() async throws {
        func count(_ parameters: [(name: String, value: String)]) async throws -> Int? {
            let all = [(name: "start", value: "0"), (name: "end", value: "2000000")] + parameters
            return ((try await ask("/jaeger/api/traces", all).json as? [String: Any])?["data"] as? [Any])?.count
        }
        #expect(try await count([("service", "back"), ("operation", "query")]) == 1)
        #expect(try await count([("service", "front"), ("operation", "query")]) == 0)
        #expect(try await count([("service", "front"), ("tags", #"{"http.method":"GET"}"#)]) == 1)
        #expect(try await count([("service", "front"), ("minDuration", "900us"), ("maxDuration", "900us")]) == 1)
        #expect(try await count([("service", "front"), ("minDuration", "901us")]) == 0)
        #expect(try await count([("service", "nobody")]) == 0)
        #expect(try await ask("/jaeger/api/traces").status == 400)
        #expect(try await ask("/jaeger/api/traces", [("service", "front"), ("tags", "{bad")]).status == 400)
        let services = try await ask("/jaeger/api/services").json as? [String: Any]
        #expect(services?["data"] as? [String] == ["back", "front"])
    }
}

import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import TeleWire
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The query routes of Loki, Tempo and tele without a socket, over data that came in as OTLP.
struct LokiTempoRoutesTests {
    private static let logs = #"""
        {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},
        {"key":"host.name","value":{"stringValue":"h1"}}]},"scopeLogs":[{"scope":{"name":"lib"},"logRecords":[
        {"timeUnixNano":"1000000000000000001","severityNumber":9,"body":{"stringValue":"order one"},
         "traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331",
         "attributes":[{"key":"user","value":{"kvlistValue":{"values":[{"key":"id","value":{"intValue":"7"}}]}}}]},
        {"timeUnixNano":"1000000000000000002","severityNumber":17,"body":{"stringValue":"order two failed"}},
        {"timeUnixNano":"1000000000000000003","body":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":1.5}}]}}}
        ]}]}]}
        """#
    private static let traces = #"""
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
        "scopeSpans":[{"scope":{"name":"lib"},"spans":[
        {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"GET /","kind":2,
         "startTimeUnixNano":"1000000000000000000","endTimeUnixNano":"1000000000250000000",
         "attributes":[{"key":"http.status_code","value":{"intValue":"500"}},{"key":"q","value":{"stringValue":"red shoes"}}],
         "status":{"code":2,"message":"boom"}},
        {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","parentSpanId":"b7ad6b7169203331",
         "name":"find","kind":3,"startTimeUnixNano":"1000000000100000000","endTimeUnixNano":"1000000000200000000"},
        {"traceId":"0af7000000000000000000000000000a","spanId":"00f067aa0ba902b8","name":"other",
         "startTimeUnixNano":"1000000001000000000","endTimeUnixNano":"1000000001010000000"}
        ]}]}]}
        """#

    private func context() async throws -> APIContext {
        let engine = MemoryEngine()
        let options = DecodeOptions(now: 1)
        try await engine.append(OTLP.decodeLogs(json: Array(LokiTempoRoutesTests.logs.utf8), options: options).batch)
        try await engine.append(
            OTLP.decodeTraces(json: Array(LokiTempoRoutesTests.traces.utf8), options: options).batch)
        return APIContext(engine: engine) { QueryBudget() }
    }

    private func ask(
        _ path: String, _ parameters: [(name: String, value: String)] = [], headers: HTTPFields = [:]
    ) async throws -> (status: Int, text: String, body: [UInt8]) {
        var table = RouteTable<APIRoute>()
        for route in LokiRoutes.all + TempoRoutes.all + TeleRoutes.all {
            table.add(route.methods, route.template, route)
        }
        let segments = path.split(separator: "/").map(String.init)
        guard case .found(let route, let values) = table.find(.get, segments) else {
            return (404, "no route", [])
        }
        var request = APIRequest(method: .get, path: path)
        request.pathParameters = values
        request.parameters = parameters
        request.headers = headers
        let response = route.handle(request, try await context())
        return (response.status.code, String(decoding: response.body, as: UTF8.self), response.body)
    }

    private static let window: [(name: String, value: String)] = [("start", "1000000000"), ("end", "1000000100")]

    @Test func lokiStreams() async throws {
        let answer = try await ask(
            "/loki/api/v1/query_range",
            LokiTempoRoutesTests.window + [("query", #"{service_name="shop"} |= "one""#)])
        #expect(
            answer.text == #"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"#
                + #""detected_level":"info","host_name":"h1","scope_name":"lib","service_name":"shop","#
                + #""severity_number":"9","span_id":"b7ad6b7169203331","#
                + #""trace_id":"0af7651916cd43dd8448eb211c80319c","user_id":"7"},"#
                + #""values":[["1000000000000000001","order one"]]}],"stats":{}}}"#)
        let map = try await ask(
            "/loki/api/v1/query_range", LokiTempoRoutesTests.window + [("query", #"{service_name="shop"} |= "1.5""#)])
        #expect(map.text.contains(#"["1000000000000000003","{\"k\":1.5}"]"#))
        var headers = HTTPFields()
        headers[HTTPField.Name("X-Loki-Response-Encoding-Flags") ?? .accept] = "categorize-labels"
        let apart = try await ask(
            "/loki/api/v1/query_range",
            LokiTempoRoutesTests.window + [("query", #"{service_name="shop"} |= "failed""#)], headers: headers)
        #expect(apart.text.contains(#""encodingFlags":["categorize-labels"]"#))
        #expect(
            apart.text.contains(
                #"{"stream":{"service_name":"shop"},"values":[["1000000000000000002","order two failed",{"structuredMetadata":{"detected_level":"error","#
            ))
    }

    @Test func lokiInstantQueriesAndErrors() async throws {
        let health = try await ask("/loki/api/v1/query", [("query", "vector(1)+vector(1)"), ("time", "5000000000")])
        #expect(health.text.contains(#""resultType":"vector","result":[{"metric":{},"value":[5000000000,"2"]}]"#))
        let count = try await ask(
            "/loki/api/v1/query_range",
            LokiTempoRoutesTests.window + [
                ("step", "100"), ("query", #"sum(count_over_time({service_name="shop"}[5m]))"#),
            ])
        #expect(count.text.contains(#""values":[[1000000000,"3"],[1000000100,"3"]]"#) == false)
        #expect(count.text.contains(#"[1000000100,"3"]"#))
        for (path, name, value) in [
            ("query", "query", #"{app="x"}"#), ("query_range", "query", "{app="), ("query_range", "limit", "-1"),
            ("query_range", "limit", "ten"), ("query_range", "start", "zzz"), ("query_range", "direction", "up"),
            ("query_range", "step", "-5"), ("query_range", "end", "1"), ("labels", "start", "zzz"),
            ("query_range", "interval", "-5s"), ("query_range", "limit", "9223372036854775808"),
            ("query_range", "limit", "0"), ("index/volume", "aggregateBy", "both"),
        ] {
            let rest = LokiTempoRoutesTests.window.filter { $0.name != name }
            let query: [(name: String, value: String)] = name == "query" ? [] : [("query", #"{app="x"}"#)]
            let answer = try await ask("/loki/api/v1/" + path, rest + query + [(name, value)])
            #expect(answer.status == 400, "\(path) \(name)=\(value)")
        }
    }

    @Test func lokiLabels() async throws {
        let labels = try await ask("/loki/api/v1/labels", LokiTempoRoutesTests.window)
        #expect(labels.text == #"{"status":"success","data":["service_name"]}"#)
        let values = try await ask("/loki/api/v1/label/service_name/values", LokiTempoRoutesTests.window)
        #expect(values.text == #"{"status":"success","data":["shop"]}"#)
        let none = try await ask("/loki/api/v1/label/nope/values", LokiTempoRoutesTests.window)
        #expect(none.text == #"{"status":"success"}"#)
        let series = try await ask("/loki/api/v1/series", LokiTempoRoutesTests.window)
        #expect(series.text == #"{"status":"success","data":[{"service_name":"shop"}]}"#)
        let stats = try await ask(
            "/loki/api/v1/index/stats", LokiTempoRoutesTests.window + [("query", #"{service_name="shop"}"#)])
        #expect(stats.text == #"{"streams":1,"chunks":1,"entries":3,"bytes":34}"#)
    }

    @Test func tempoTraces() async throws {
        let id = "0af7651916cd43dd8448eb211c80319c"
        let v1 = try await ask("/tempo/api/traces/" + id.uppercased())
        #expect(v1.text.hasPrefix(#"{"batches":[{"resource":"#))
        #expect(v1.text.contains("SPAN_KIND_SERVER"))
        #expect(v1.text.contains("CvdlGRbNQ92ESOshHIAxnA=="))
        let v2 = try await ask("/tempo/api/v2/traces/" + id)
        #expect(v2.text.hasPrefix(#"{"trace":{"resourceSpans":[{"#))
        var headers = HTTPFields()
        headers[.accept] = "application/protobuf"
        let bare = try await ask("/tempo/api/traces/" + id, headers: headers)
        let decoded = try OTLP.decodeTraces(protobuf: bare.body, options: DecodeOptions(now: 1))
        #expect(decoded.batch.count == 2)
        let wrapped = try await ask("/tempo/api/v2/traces/" + id, headers: headers)
        #expect(wrapped.body.first == 0x0a)
        #expect(wrapped.body.suffix(bare.body.count).elementsEqual(bare.body))
        #expect(try await ask("/tempo/api/traces/abc").status == 404)
        #expect(try await ask("/tempo/api/v2/traces/abc").text == #"{"trace":{"resourceSpans":[]}}"#)
        #expect(try await ask("/tempo/api/v2/traces/xyz").status == 400)
        #expect(try await ask("/tempo/api/echo").text == "echo")
    }

    @Test func tempoSearch() async throws {
        let found = try await ask(
            "/tempo/api/search",
            LokiTempoRoutesTests.window
                + [("tags", #"service.name=shop http.status_code=500 q="red shoes""#), ("minDuration", "200ms")])
        #expect(
            found.text.contains(
                #""traceID":"af7651916cd43dd8448eb211c80319c","rootServiceName":"shop","rootTraceName":"GET /","startTimeUnixNano":"1000000000000000000","durationMs":250"#
            ))
        #expect(found.text.contains(#""matched":1"#))
        let none = try await ask("/tempo/api/search", [("tags", "service.name=shop"), ("maxDuration", "5ms")])
        #expect(none.text.hasPrefix(#"{"traces":[],"#))
        let all = try await ask("/tempo/api/search", [("q", "{ status = error } || { name = \"other\" }")])
        #expect(all.text.ranges(of: "\"traceID\"").count == 2)
        for parameters in [
            [("start", "5")], [("q", "{"), ("start", "1"), ("end", "2")], [("q", "{}"), ("tags", "a=b")],
            [("limit", "0")], [("start", "9"), ("end", "5")], [("start", "abc"), ("end", "5")],
            [("minDuration", "abc")], [("minDuration", "2s"), ("maxDuration", "1s")], [("tags", "=x")],
        ] {
            #expect(try await ask("/tempo/api/search", parameters).status == 400, "\(parameters)")
        }
        let tags = try await ask("/tempo/api/v2/search/tags", [("scope", "span")])
        #expect(tags.text == #"{"scopes":[{"name":"span","tags":["http.status_code","q"]}]}"#)
        let values = try await ask("/tempo/api/v2/search/tag/span.http.status_code/values")
        #expect(values.text == #"{"tagValues":[{"type":"int","value":"500"}]}"#)
        #expect(try await ask("/tempo/api/v2/search/tag/nope/values").status == 400)
    }

    @Test func teleTraceByPrefix() async throws {
        let one = try await ask("/api/tele/v1/trace/0AF76", [("logs", "1")])
        let trace = try JSONDecoder().decode(TeleTrace.self, from: Data(one.body))
        #expect(trace.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(trace.spans.map(\.name) == ["GET /", "find"])
        #expect(
            trace.spans.first?.attributes.first == TeleAttribute(key: "http.status_code", type: "int", value: "500"))
        #expect(trace.spans.first?.kind == "server")
        #expect(trace.spans.last?.parentSpanID == "b7ad6b7169203331")
        #expect(trace.logs?.map(\.body) == ["order one"])
        let two = try await ask("/api/tele/v1/trace/0af7")
        #expect(two.status == 409)
        #expect(try JSONDecoder().decode(TeleError.self, from: Data(two.body)).candidates?.count == 2)
        #expect(try await ask("/api/tele/v1/trace/ffff").status == 404)
        #expect(try await ask("/api/tele/v1/trace/0af").status == 400)
        #expect(try await ask("/api/tele/v1/trace/wxyz").status == 400)
    }

    @Test func teleServices() async throws {
        let answer = try await ask("/api/tele/v1/services", [("since", "1000000h")])
        let services = try JSONDecoder().decode(TeleServices.self, from: Data(answer.body)).services
        #expect(services.map(\.name) == ["shop"])
        #expect(services.first?.requests == 2)
        #expect(services.first?.errors == 1)
        #expect(services.first?.spans == 3)
        #expect(try await ask("/api/tele/v1/services", [("since", "soon")]).status == 400)
    }

    @Test(
        arguments: [
            ("1768003200", 1_768_003_200_000_000_000), ("1768003200000000001", 1_768_003_200_000_000_001),
            ("1768003419.5", 1_768_003_419_500_000_000), ("2026-01-10T00:03:30.5Z", 1_768_003_410_500_000_000),
            ("2026-01-10T01:03:30+01:00", 1_768_003_410_000_000_000), ("99999999999999999999", Int64.max), ("-5", 0),
            ("yesterday", nil), ("", nil), ("2026-13-10T00:03:30Z", nil),
        ] as [(String, Int64?)])
    func lokiTimes(_ text: String, _ expected: Int64?) {
        #expect(LokiTime.nanoseconds(text) == expected)
    }
}

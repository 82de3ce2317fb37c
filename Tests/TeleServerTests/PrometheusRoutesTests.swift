import Foundation
import HTTPTypes
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// The Prometheus API without a socket.
@Suite struct PrometheusRoutesTests {
    private func get(
        _ path: String, _ parameters: [(String, String)] = [], in engine: MemoryEngine = PrometheusRoutesTests.engine()
    ) -> (status: Int, body: String) {
        var request = APIRequest(method: .get, path: path)
        request.parameters = parameters.map { (name: $0.0, value: $0.1) }
        let context = APIContext(engine: engine) { QueryBudget() }
        let parts = path.split(separator: "/")
        for route in PrometheusRoutes.all {
            let template = route.template.split(separator: "/")
            guard template.count == parts.count else { continue }
            var names: [String: String] = [:]
            let matches = zip(template, parts).allSatisfy { a, b in
                if a.hasPrefix("{") { names[String(a.dropFirst().dropLast())] = String(b) }
                return a == b || a.hasPrefix("{")
            }
            guard matches else { continue }
            request.pathParameters = names
            let response = route.handle(request, context)
            return (response.status.code, String(decoding: response.wholeBody, as: UTF8.self))
        }
        return (404, "")
    }

    private static func engine() -> MemoryEngine {
        let engine = MemoryEngine()
        for job in ["api", "web"] {
            engine.append(
                LabelSet([("__name__", "hits_total"), ("job", job), ("my.label", "é\n")]),
                times: [0, 10_000, 20_000, 30_000], values: [0, 10, 20, 30.5])
        }
        return engine
    }

    @Test func parsedQueries() {
        #expect(
            get("/api/v1/parse_query", [("query", "rate(a{b!~'c'}[5m] offset 1m)")]).body
                == #"{"status":"success","data":{"type":"call","func":{"name":"rate","argTypes":["matrix"],"variadic":0,"returnType":"vector"},"args":[{"type":"matrixSelector","range":300000,"name":"a","offset":60000,"timestamp":null,"startOrEnd":null,"matchers":[{"name":"b","value":"c","type":"!~"},{"name":"__name__","value":"a","type":"="}],"anchored":false,"smoothed":false}]}}"#
        )
        let binary = get("/api/v1/parse_query", [("query", "a and on(x) sum by (x) (-b) @ end()")])
        #expect(binary.status == 400)
        let sets = get("/api/v1/parse_query", [("query", "a and on(x) (sum by (x) (-b @ end()))")])
        #expect(sets.body.contains(#""card":"many-to-many","labels":["x"],"on":true"#), "\(sets.body)")
        #expect(sets.body.contains(#""startOrEnd":"end""#) && sets.body.contains(#""grouping":["x"],"without":false"#))
        #expect(get("/api/v1/parse_query", [("query", "sum(")]).status == 400)
    }

    @Test func federation() {
        let engine = MemoryEngine()
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        engine.append(LabelSet([("__name__", "a_total"), ("x", "q\"\n")]), times: [now - 60_000], values: [3])
        engine.append(LabelSet([("__name__", "a_total"), ("instance", "i")]), times: [now - 9_000_000], values: [4])
        engine.append(
            LabelSet([("__name__", "gone")]), times: [now - 60_000], values: [SampleBatch.staleMarker])
        let answer = get("/federate", [("match[]", "{__name__=~'.+'}"), ("match[]", "a_total")], in: engine)
        let text = "# TYPE a_total untyped\na_total{x=\"q\\\"\\n\",instance=\"\"} 3 \(now - 60_000)\n"
        #expect(answer.body == text)
        #expect(get("/federate", [("match[]", "a{")]).status == 400)
    }

    @Test func status() {
        let engine = MemoryEngine()
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        for i in 0..<3 {
            engine.append(LabelSet([("__name__", "a"), ("i", "\(i)")]), times: [now - 1000], values: [1])
        }
        let statistics = get("/api/v1/status/tsdb", [("limit", "1")], in: engine).body
        #expect(statistics.contains(#""numSeries":3,"numLabelPairs":4"#), "\(statistics)")
        #expect(statistics.contains(#""seriesCountByMetricName":[{"name":"a","value":3}]"#))
        #expect(statistics.contains(#""labelValueCountByLabelName":[{"name":"i","value":3}]"#))
        #expect(get("/api/v1/status/runtimeinfo").body.contains(#""serverTime":"20"#))
        #expect(get("/api/v1/features").body.contains(#""histogram_quantile":true"#))
        #expect(get("/api/v1/admin/tsdb/snapshot").body.contains("admin APIs disabled"))
    }

    @Test func answers() {
        #expect(
            get("/api/v1/query", [("query", "1+1"), ("time", "4")]).body
                == #"{"status":"success","data":{"resultType":"scalar","result":[4,"2"]}}"#)
        #expect(
            get("/api/v1/query", [("query", "hits_total{job='api'}"), ("time", "1970-01-01T00:00:30.5Z")]).body
                == #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"hits_total","job":"api","my.label":"é\n"},"value":[30.500,"30.5"]}]}}"#
        )
        #expect(
            get("/api/v1/query_range", [("query", "sum(hits_total)"), ("start", "0"), ("end", "20"), ("step", "10s")])
                .body
                == #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"0"],[10,"20"],[20,"40"]]}]}}"#
        )
        #expect(get("/api/v1/label/job/values").body == #"{"status":"success","data":["api","web"]}"#)
        #expect(get("/api/v1/label/U__my_2e_label/values").body == #"{"status":"success","data":["é\n"]}"#)
        #expect(get("/api/v1/labels", [("limit", "1")]).body.contains("truncated"))
        #expect(get("/api/v1/series", [("match[]", "{job=~'w.*'}")]).body.contains(#""job":"web""#))
        #expect(
            get(
                "/api/v1/query_exemplars",
                [("query", "test"), ("start", "1700000000000"), ("end", "1700000000000000000000")]
            ).body == #"{"status":"success","data":[]}"#)
        #expect(
            get("/api/v1/format_query", [("query", "sum(a)by(b)")]).body
                == #"{"status":"success","data":"sum by (b) (a)"}"#)
        #expect(
            get("/api/v1/query", [("query", "hits_total[1m]"), ("time", "30"), ("limit", "1")]).body.contains(
                #""values":[[0,"0"],[10,"10"]"#))
    }

    @Test(
        arguments: [
            ("query", [("query", "1 +")], 400, "1:4: parse error"),
            ("query", [("query", "a"), ("time", "x")], 400, "valid timestamp"),
            ("query_range", [("query", "a"), ("start", "0"), ("end", "1"), ("step", "0")], 400, "zero or negative"),
            ("query_range", [("query", "a"), ("start", "0"), ("end", "1e300"), ("step", "1")], 400, "11,000 points"),
            ("query_range", [("query", "a"), ("start", "5"), ("end", "1"), ("step", "1")], 400, "before start"),
            (
                "query_range", [("query", "a[5m]"), ("start", "0"), ("end", "1"), ("step", "1")], 400,
                "invalid expression type"
            ),
            (
                "query", [("query", "label_replace(hits_total, \"job\", \"x\", \"\", \"\")"), ("time", "30")], 422,
                "same labelset"
            ),
            ("series", [("match[]", "hits_total"), ("start", "5"), ("end", "1")], 200, "[]"),
            ("labels", [("start", "5"), ("end", "1")], 200, "[]"), ("labels", [("start", "x")], 400, "timestamp"),
            ("query_exemplars", [("query", "a"), ("start", "5"), ("end", "1")], 400, "before start"),
            ("series", [], 400, "match[]"), ("labels", [("limit", "-1")], 400, "limit"),
            ("query", [("query", "a"), ("timeout", "z")], 400, "duration"),
            ("query", [("query", "1"), ("time", "-1e300")], 200, "scalar"),
            ("query", [("query", "rate(hits_total[1e15])"), ("time", "1e300")], 200, "vector"),
        ] as [(String, [(String, String)], Int, String)])
    func refusals(_ path: String, _ parameters: [(String, String)], _ status: Int, _ text: String) {
        let answer = get("/api/v1/" + path, parameters)
        #expect(answer.status == status, "\(answer.body)")
        #expect(answer.body.contains(text), "\(answer.body)")
    }
}

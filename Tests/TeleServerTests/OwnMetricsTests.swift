import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

@Suite struct OwnMetricsTests {
    @Test func theTextFormat() {
        var metrics = OwnMetrics()
        metrics.gauge("a", "What it is.", 1.5)
        metrics.family("none_total", .counter, "Without samples it is left out.")
        metrics.family("b_total", .counter, "Help.")
        metrics.sample([("x", "q\"\\\n")], 3)
        metrics.family("c_seconds", .histogram, "Help.")
        metrics.histogram([("s", "t")], bounds: [0.5, 2], cumulative: [1, 1, 4], sum: 9.25)
        #expect(
            metrics.text == """
                # HELP a What it is.
                # TYPE a gauge
                a 1.5
                # HELP b_total Help.
                # TYPE b_total counter
                b_total{x="q\\"\\\\\\n"} 3
                # HELP c_seconds Help.
                # TYPE c_seconds histogram
                c_seconds_bucket{s="t",le="0.5"} 1
                c_seconds_bucket{s="t",le="2"} 1
                c_seconds_bucket{s="t",le="+Inf"} 4
                c_seconds_sum{s="t"} 9.25
                c_seconds_count{s="t"} 4

                """)
    }

    @Test func storedByTheSameDoor() async throws {
        var configuration = Configuration.forTests
        configuration.selfMetrics = 1000
        try await RunningServer.with(configuration, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            _ = try await running.send("POST", "/v1/logs", [RunningServer.json], body: Array("{}".utf8))
            let path =
                "/api/v1/query?query=teled_ingest_requests_total%7Bprotocol%3D%22otlp_http%22,signal%3D%22logs%22%7D"
            var answer = ""
            for _ in 0..<400 where !answer.contains(#""1"]"#) {
                try await Task.sleep(for: .milliseconds(20))
                answer = try await running.get(path).text
            }
            #expect(answer.contains(#""job":"teled""#) && answer.contains(#""instance":"127.0.0.1:"#), "\(answer)")
            #expect(answer.contains(#""1"]"#), "\(answer)")
            let metadata = try await running.get("/api/v1/metadata?metric=teled_query_duration_seconds").text
            #expect(metadata.contains(#""type":"histogram""#), "\(metadata)")
        }
    }

    /// A query over its budget, and one out of time, are counted as such.
    @Test func queriesThatPassTheirLimits() async throws {
        var configuration = Configuration.forTests
        configuration.query.maxRows = 2
        let engine = MemoryEngine()
        engine.append(LabelSet([("__name__", "a")]), times: [1000, 2000, 3000], values: [1, 2, 3])
        try await RunningServer.with(configuration, engine: engine, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            let answer = try await running.get("/api/v1/query?query=sum_over_time(a%5B1m%5D)&time=4")
            #expect(answer.status == 422 && answer.text.contains("query.max_rows"), "\(answer.text)")
            let page = try await running.get("/metrics").text
            #expect(page.contains("\nteled_queries_over_budget_total 1\n"))
            #expect(page.contains("\nteled_queries_total{api=\"prometheus\"} 1\n"))
            #expect(page.contains("\nteled_memory_used_bytes{holder=\"queries\"} 0\n"))
        }
    }
}

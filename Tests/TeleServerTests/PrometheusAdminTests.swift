import Foundation
import HTTPTypes
import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import Testing

/// The Prometheus API over HTTP: what changes data, what tells of the server, and who may ask.
@Suite struct PrometheusAdminTests {
    private static func engine() -> MemoryEngine {
        let engine = MemoryEngine()
        for job in ["api", "web"] {
            engine.append(
                LabelSet([("__name__", "hits_total"), ("job", job)]), times: [1000, 2000, 3000], values: [1, 2, 3])
        }
        return engine
    }

    private static func configuration(isAdmin: Bool) -> Configuration {
        var configuration = Configuration.forTests
        configuration.web.isAdminEnabled = isAdmin
        configuration.web.corsOrigins = ["http://grafana.example"]
        configuration.data = "/somewhere"
        return configuration
    }

    private func series(_ running: RunningServer) async throws -> String {
        let answer = try await running.get("/api/v1/query?query=hits_total%5B1m%5D&time=10")
        return answer.text
    }

    @Test func deletingIsOffUnlessItIsAskedFor() async throws {
        let configuration = PrometheusAdminTests.configuration(isAdmin: false)
        let engine = PrometheusAdminTests.engine()
        try await RunningServer.with(configuration, engine: engine, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            for path in ["delete_series?match[]=hits_total", "clean_tombstones", "snapshot"] {
                let answer = try await running.send("POST", "/api/v1/admin/tsdb/" + path)
                #expect(answer.status == 503)
                #expect(answer.text.contains(#""errorType":"unavailable","error":"admin APIs disabled"#))
            }
            #expect(try await series(running).contains(#""job":"api""#))
        }
    }

    @Test func seriesAreDeletedByEachOfTheirSelectors() async throws {
        let configuration = PrometheusAdminTests.configuration(isAdmin: true)
        let engine = PrometheusAdminTests.engine()
        try await RunningServer.with(configuration, engine: engine, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            let path = "/api/v1/admin/tsdb/delete_series"
            for (query, status) in [
                ("", 400), ("?match[]=a%7B", 400), ("?match[]=%7Ba%3D~%22.*%22%7D", 400), ("?match[]=a&start=x", 400),
                ("?match[]=a&start=5&end=1", 400),
            ] {
                #expect(try await running.send("POST", path + query).status == status)
            }
            #expect(try await running.get(path + "?match[]=hits_total").status == 405)
            let form = ("Content-Type", "application/x-www-form-urlencoded")
            let body = Array("match[]=nothing&match[]=hits_total{job='api'}&start=1.5&end=2.5".utf8)
            let done = try await running.send("PUT", "/prometheus" + path, [form], body: body)
            #expect(done.status == 204)
            #expect(done.body.isEmpty)
            let left = try await series(running)
            #expect(left.contains(#""job":"api"},"values":[[1,"1"],[3,"3"]]"#), "\(left)")
            #expect(left.contains(#""job":"web"},"values":[[1,"1"],[2,"2"],[3,"3"]]"#), "\(left)")
            #expect(try await running.send("POST", "/api/v1/admin/tsdb/clean_tombstones").status == 204)
            #expect(try await running.send("POST", "/api/v1/admin/tsdb/snapshot?skip_head=maybe").status == 400)
        }
    }

    @Test func theServerTellsOfItself() async throws {
        let configuration = PrometheusAdminTests.configuration(isAdmin: true)
        try await RunningServer.with(configuration, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            let yaml = try await running.get("/api/v1/status/config").text
            #expect(yaml.contains(#"data: /somewhere\n"#) && yaml.contains(#"enable_admin_api: true\n"#), "\(yaml)")
            let flags = try await running.get("/prometheus/api/v1/status/flags").text
            #expect(flags.contains(#""web.enable-admin-api":"true""#) && flags.contains(#""data":"/somewhere""#))
            let info = try await running.get("/api/v1/status/runtimeinfo").text
            #expect(info.contains(#""reloadConfigSuccess":true"#) && info.contains(#""startTime":"20"#))
            running.server.metrics.reloaded(false)
            #expect(try await running.get("/api/v1/status/runtimeinfo").text.contains(#"Success":false"#))
            #expect(try await running.get("/api/v1/status/walreplay").text.contains(#""state":"done""#))
            #expect(try await running.get("/api/v1/features").text.contains(#""admin":true"#))
            for path in [
                "notifications", "targets", "targets/metadata", "scrape_pools", "rules", "alerts", "alertmanagers",
                "status/tsdb", "status/buildinfo", "metadata?limit=1&limit_per_metric=1&unknown=1",
            ] {
                let answer = try await running.get("/api/v1/" + path)
                #expect(answer.status == 200 && answer.text.hasPrefix(#"{"status":"success","data":"#), "\(path)")
            }
        }
    }

    @Test func pagesOfNamedOriginsMayRead() async throws {
        let configuration = PrometheusAdminTests.configuration(isAdmin: true)
        try await RunningServer.with(configuration, routes: PrometheusRoutes.all) { running in
            try await running.waitUntilReady()
            let origin = ("Origin", "http://grafana.example")
            let answer = try await running.get("/api/v1/query?query=1", [origin, ("Accept-Encoding", "gzip")])
            #expect(answer.headers["access-control-allow-origin"] == "http://grafana.example")
            #expect(answer.headers["vary"] == "Origin")
            #expect(try await running.send("OPTIONS", "/prometheus/api/v1/query", [origin]).status == 204)
            #expect(try await running.send("OPTIONS", "/api/v1/admin/tsdb/snapshot", [origin]).status == 405)
            let other = try await running.get("/api/v1/query?query=1", [("Origin", "http://evil.example")])
            #expect(other.status == 200)
            #expect(other.headers["access-control-allow-origin"] == nil)
            let ours = try await running.send("POST", "/api/v1/admin/tsdb/clean_tombstones", [origin])
            #expect(ours.headers["access-control-allow-origin"] == nil)
        }
    }
}

import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQL

extension PrometheusRoutes {
    /// What clients ask for to know whom they speak to; what tele has no use for is answered empty.
    static let statusRoutes: [APIRoute] = [
        fixed("status/buildinfo") { w in
            w.beginObject()
            for (name, value) in [
                ("version", "3.5.0"), ("revision", "tele-" + TeleVersion.text), ("branch", "tele"), ("buildUser", ""),
                ("buildDate", ""), ("goVersion", ""),
            ] {
                w.key(name)
                w.string(value)
            }
            w.endObject()
        },
        fixed("status/config") { $0.raw("{\"yaml\":\"\"}") },
        fixed("status/flags") { $0.raw("{}") },
        runtimeInfo(started: WallClock.milliseconds),
        route([.get], "status/tsdb", seriesStatistics),
        fixed("features") { w in
            w.beginObject()
            w.key("promql_functions")
            w.beginObject()
            for name in PromFunction.all.keys.sorted() {
                w.key(name)
                w.bool(true)
            }
            w.endObject()
            w.key("promql")
            w.raw("{\"anchored\":true,\"smoothed\":true,\"fill\":true,\"duration_expr\":true,\"subqueries\":true}")
            w.key("api")
            w.raw("{\"remote_write_receiver\":true,\"otlp_write_receiver\":true,\"admin\":false}")
            w.endObject()
        },
        disabled("admin/tsdb/delete_series"), disabled("admin/tsdb/clean_tombstones"), disabled("admin/tsdb/snapshot"),
        fixed("status/walreplay") { $0.raw("{\"min\":0,\"max\":0,\"current\":0,\"state\":\"done\"}") },
        fixed("targets") { $0.raw("{\"activeTargets\":[],\"droppedTargets\":[],\"droppedTargetCounts\":{}}") },
        fixed("targets/metadata") { $0.raw("[]") },
        fixed("scrape_pools") { $0.raw("{\"scrapePools\":[]}") },
        fixed("rules") { $0.raw("{\"groups\":[]}") },
        fixed("alerts") { $0.raw("{\"alerts\":[]}") },
        fixed("alertmanagers") { $0.raw("{\"activeAlertmanagers\":[],\"droppedAlertmanagers\":[]}") },
    ]

    private static func fixed(_ path: String, _ write: @escaping @Sendable (inout JSONWriter) -> Void) -> APIRoute {
        route([.get], path) { _, _ in PrometheusAnswer.success(write) }
    }

    /// `started`: when the routes were made, which is as the process starts.
    private static func runtimeInfo(started: Int64) -> APIRoute {
        fixed("status/runtimeinfo") { w in
            w.beginObject()
            for (key, time) in [
                ("startTime", started), ("lastConfigTime", started), ("serverTime", WallClock.milliseconds),
            ] {
                let time = CalendarTime(unixSeconds: Int(time / 1000))
                w.key(key)
                w.string(time.iso + "Z")
            }
            w.key("reloadConfigSuccess")
            w.bool(true)
            w.key("corruptionCount")
            w.int(0)
            w.endObject()
        }
    }

    private static func disabled(_ path: String) -> APIRoute {
        route([.post, .put], path) { (_, _) throws(PrometheusFailure) in
            throw PrometheusFailure(status: .serviceUnavailable, type: "unavailable", message: "admin APIs disabled")
        }
    }

    /// What the last hour's series are made of: the largest counts of each kind.
    private static func seriesStatistics(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let limit = try request.prometheusLimit() ?? 10
        let now = WallClock.milliseconds
        let budget = try request.prometheusBudget(context)
        guard let any = try? Matcher(name: "__name__", .matches, ".+") else { throw .bad("no matcher") }
        let found: [LabelSet]
        do throws(EngineError) {
            let selection = SeriesSelection(matchers: [any], time: (now - 3_600_000)...now)
            found = try context.engine.snapshot().series(selection, budget: budget)
        } catch {
            throw PrometheusFailure(error)
        }
        var metrics: [String: Int] = [:]
        var pairs: [String: Int] = [:]
        var values: [String: Set<String>] = [:]
        var bytes: [String: Int] = [:]
        for labels in found {
            for pair in labels.pairs {
                if pair.name == "__name__" { metrics[pair.value, default: 0] += 1 }
                pairs["\(pair.name)=\(pair.value)", default: 0] += 1
                if values[pair.name, default: []].insert(pair.value).inserted {
                    bytes[pair.name, default: 0] += pair.value.utf8.count
                }
            }
        }
        return PrometheusAnswer.success { w in
            w.beginObject()
            w.key("headStats")
            w.beginObject()
            for (key, value) in [
                ("numSeries", Int64(found.count)), ("numLabelPairs", Int64(pairs.count)), ("chunkCount", 0),
                ("minTime", now - 3_600_000), ("maxTime", now),
            ] {
                w.key(key)
                w.int(value)
            }
            w.endObject()
            for (key, counts) in [
                ("seriesCountByMetricName", metrics), ("labelValueCountByLabelName", values.mapValues(\.count)),
                ("memoryInBytesByLabelName", bytes), ("seriesCountByLabelValuePair", pairs),
            ] {
                w.key(key)
                top(counts, limit, &w)
            }
            w.endObject()
        }
    }

    private static func top(_ counts: [String: Int], _ limit: Int, _ w: inout JSONWriter) {
        w.beginArray()
        for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(limit) {
            w.beginObject()
            w.key("name")
            w.string(name)
            w.key("value")
            w.int(count)
            w.endObject()
        }
        w.endArray()
    }
}

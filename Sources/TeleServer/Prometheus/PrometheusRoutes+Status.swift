import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

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
        route([.get], "status/config") { _, context in
            PrometheusAnswer.members([("yaml", context.facts().configuration.yaml())]) { $1.string($0) }
        },
        route([.get], "status/flags") { _, context in
            PrometheusAnswer.members(flags(context.facts().configuration)) { $1.string($0) }
        },
        route([.get], "status/runtimeinfo", runtimeInfo),
        route([.get], "status/walreplay") { _, context in
            // Routes are asked when replay is done.
            let files = context.facts().engine.gauges.first { $0.name == "teled_wal_files" }?.value ?? 0
            return PrometheusAnswer.success {
                $0.raw("{\"min\":0,\"max\":\(Int(files)),\"current\":\(Int(files)),\"state\":\"done\"}")
            }
        },
        route([.get], "status/tsdb", seriesStatistics),
        route([.get], "features", features),
        fixed("targets") { $0.raw("{\"activeTargets\":[],\"droppedTargets\":[],\"droppedTargetCounts\":{}}") },
        fixed("targets/metadata") { $0.raw("[]") },
        fixed("scrape_pools") { $0.raw("{\"scrapePools\":[]}") },
        fixed("notifications") { $0.raw("[]") },
        route([.get], "alertmanagers") { _, context in
            let targets = context.alerts?.push?.targets ?? []
            return PrometheusAnswer.success { w in
                w.beginObject()
                w.key("activeAlertmanagers")
                w.beginArray()
                for target in targets {
                    w.beginObject()
                    w.member("url", target.url)
                    w.endObject()
                }
                w.endArray()
                w.key("droppedAlertmanagers")
                w.beginArray()
                w.endArray()
                w.endObject()
            }
        },
    ]

    private static func fixed(_ path: String, _ write: @escaping @Sendable (inout JSONWriter) -> Void) -> APIRoute {
        route([.get], path) { _, _ in PrometheusAnswer.success(write) }
    }

    private static func features(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let isAdminEnabled = context.facts().configuration.web.isAdminEnabled
        return PrometheusAnswer.success { w in
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
            w.raw("{\"remote_write_receiver\":true,\"otlp_write_receiver\":true,\"admin\":\(isAdminEnabled)}")
            w.endObject()
        }
    }

    /// Every setting by its key, and what tools ask Prometheus for by its own flags' names.
    private static func flags(_ configuration: Configuration) -> [(String, String)] {
        var flags = ConfigurationKey.all.map { ($0.name, $0.show(configuration).joined(separator: ",")) }
        flags += [
            ("query.lookback-delta", DurationText.text(PromQuery.Options().lookback)),
            ("query.max-samples", "\(configuration.query.maxRows)"),
            ("query.max-concurrency", "\(configuration.query.concurrency)"),
            ("storage.tsdb.path", configuration.data),
            ("storage.tsdb.retention.time", DurationText.text(configuration.retention.metrics)),
            ("storage.tsdb.retention.size", ByteSize.text(configuration.maxBytes.metrics)),
            ("web.enable-admin-api", "\(configuration.web.isAdminEnabled)"),
            ("web.enable-remote-write-receiver", "true"), ("web.enable-otlp-receiver", "true"),
            ("web.listen-address", configuration.http.map(\.description).joined(separator: ",")),
        ]
        return flags.sorted { $0.0 < $1.0 }
    }

    private static func runtimeInfo(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let facts = context.facts()
        func time(_ milliseconds: Int64) -> String {
            CalendarTime(unixSeconds: Int(milliseconds / 1000)).iso + "Z"
        }
        let damage = facts.engine.gauges.reduce(0) { $1.name == "teled_damaged_places" ? $0 + $1.value : $0 }
        return PrometheusAnswer.success { w in
            w.beginObject()
            for (key, text) in [
                ("startTime", time(facts.started)), ("CWD", ProcessFacts.workingFolder),
                ("hostname", ProcessFacts.hostName), ("serverTime", time(WallClock.milliseconds)),
                ("lastConfigTime", time(facts.lastReload.time)), ("GOGC", ""), ("GODEBUG", ""),
                ("storageRetention", DurationText.text(facts.configuration.retention.metrics)),
            ] {
                w.key(key)
                w.string(text)
            }
            w.key("reloadConfigSuccess")
            w.bool(facts.lastReload.hasSucceeded)
            for (key, number) in [
                ("corruptionCount", Int(damage)), ("goroutineCount", ProcessFacts.threads),
                ("GOMAXPROCS", ProcessFacts.cores), ("GOMEMLIMIT", facts.configuration.memory),
            ] {
                w.key(key)
                w.int(number)
            }
            w.endObject()
        }
    }
}

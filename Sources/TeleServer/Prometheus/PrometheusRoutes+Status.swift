import HTTPTypes
import TeleAPI
import TeleModel

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
        fixed("status/runtimeinfo") { $0.raw("{\"reloadConfigSuccess\":true,\"corruptionCount\":0}") },
        fixed("status/tsdb") {
            $0.raw(
                "{\"headStats\":{\"numSeries\":0,\"numLabelPairs\":0,\"chunkCount\":0,\"minTime\":0,\"maxTime\":0},"
                    + "\"seriesCountByMetricName\":[],\"labelValueCountByLabelName\":[],"
                    + "\"memoryInBytesByLabelName\":[],\"seriesCountByLabelValuePair\":[]}")
        },
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
}

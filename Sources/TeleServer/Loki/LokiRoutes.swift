import HTTPTypes
import TeleAPI

/// Loki's query API below `/loki/api/v1`. Shapes: PROTOCOLS.md 4.3.
package enum LokiRoutes {
    package static let all: [APIRoute] = [
        APIRoute([.get, .post], prefix + "/query_range", handle: queryRange),
        APIRoute([.get, .post], prefix + "/query", handle: query),
        APIRoute([.get, .post], prefix + "/labels", handle: labels),
        APIRoute([.get, .post], prefix + "/label", handle: labels),
        APIRoute([.get], prefix + "/label/{name}/values", handle: labelValues),
        APIRoute([.get, .post], prefix + "/series", handle: series),
        APIRoute([.get, .post], prefix + "/index/stats", handle: stats),
        APIRoute([.get, .post], prefix + "/index/volume", handle: volume),
        APIRoute([.get, .post], prefix + "/index/volume_range", handle: volumeRange),
        APIRoute([.get, .post], prefix + "/detected_labels", handle: detectedLabels),
        APIRoute([.get, .post], prefix + "/detected_fields", handle: detectedFields),
        APIRoute([.get, .post], prefix + "/detected_field/{name}/values", handle: detectedFieldValues),
        APIRoute([.get, .post], prefix + "/patterns", handle: patterns),
        APIRoute([.get, .post], prefix + "/format_query", handle: formatQuery),
        APIRoute([.put, .post], prefix + "/delete", handle: delete),
        APIRoute([.get], prefix + "/delete", handle: deletions),
        APIRoute([.delete], prefix + "/delete", handle: cancelDeletion),
        APIRoute([.get], prefix + "/drilldown-limits", handle: drilldownLimits),
        APIRoute([.get], prefix + "/status/buildinfo") { _, _ in buildInfo() },
    ]

    static let prefix = "/loki/api/v1"
    /// The release of Loki whose API this is: Grafana turns features on by it.
    static let apiVersion = "3.6.0"

    private static func buildInfo() -> APIResponse {
        var w = JSONWriter()
        w.beginObject()
        for (key, value) in [
            ("version", apiVersion), ("revision", TeleVersion.userAgent), ("branch", ""), ("buildUser", ""),
            ("buildDate", ""), ("goVersion", ""),
        ] {
            w.key(key)
            w.string(value)
        }
        w.endObject()
        return .json(w.bytes)
    }
}

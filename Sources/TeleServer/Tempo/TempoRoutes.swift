import HTTPTypes
import TeleAPI

/// Tempo's HTTP API below `/tempo`. Shapes: PROTOCOLS.md 4.4, TRACES.md.
package enum TempoRoutes {
    package static let all: [APIRoute] = [
        APIRoute([.get], prefix + "/traces/{id}") { request, context in trace(request, context, version: 1) },
        APIRoute([.get], prefix + "/v2/traces/{id}") { request, context in trace(request, context, version: 2) },
        APIRoute([.get], prefix + "/search", handle: search),
        APIRoute([.get], prefix + "/search/tags") { request, context in tags(request, context, version: 1) },
        APIRoute([.get], prefix + "/v2/search/tags") { request, context in tags(request, context, version: 2) },
        APIRoute([.get], prefix + "/search/tag/{name}/values") { request, context in
            tagValues(request, context, version: 1)
        },
        APIRoute([.get], prefix + "/v2/search/tag/{name}/values") { request, context in
            tagValues(request, context, version: 2)
        },
        APIRoute([.get, .post], prefix + "/metrics/query_range", handle: metricsRange),
        APIRoute([.get, .post], prefix + "/metrics/query", handle: metricsInstant),
        APIRoute([.get], prefix + "/echo") { _, _ in .text("echo") },
        APIRoute([.get], prefix + "/status/buildinfo") { _, _ in buildInfo() },
        APIRoute([.get], "/tempo/ready") { _, _ in .text("ready\n") },
    ]

    static let prefix = "/tempo/api"
    /// The release of Tempo whose API this is: Grafana turns features on by it.
    static let apiVersion = "2.9.0"

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

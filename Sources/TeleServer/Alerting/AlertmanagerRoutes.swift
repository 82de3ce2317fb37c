internal import HTTPTypes
internal import TeleAPI
internal import TeleAlert
internal import TeleModel

/// Alertmanager's API v2, for amtool, Grafana and whatever else asks an Alertmanager or sends alerts to one.
package enum AlertmanagerRoutes {
    package static let prefix = "/alertmanager"

    package static let all: [APIRoute] = [
        route([.get], "api/v2/status", status), route([.get], "api/v2/receivers", receivers),
        route([.get], "api/v2/alerts", alerts), route([.post], "api/v2/alerts", postAlerts),
        route([.get], "api/v2/alerts/groups", groups), route([.get], "api/v2/silences", silences),
        route([.post], "api/v2/silences", postSilence), route([.get], "api/v2/silence/{id}", silence),
        route([.delete], "api/v2/silence/{id}", expireSilence),
        APIRoute([.get], prefix + "/-/healthy") { _, _ in .text("OK") },
        APIRoute([.get], prefix + "/-/ready") { _, _ in .text("OK") },
    ]

    /// Why a request is refused. The body is a JSON text, as Alertmanager's clients expect it.
    struct Refusal: Error {
        var status: HTTPResponse.Status
        var message: String

        static func bad(_ message: String) -> Refusal { Refusal(status: .badRequest, message: message) }
    }

    private static func route(
        _ methods: [HTTPRequest.Method], _ path: String,
        _ handle: @escaping @Sendable (APIRequest, AlertDelivery, APIContext) throws(Refusal) -> APIResponse
    ) -> APIRoute {
        APIRoute(methods, "\(prefix)/\(path)") { request, context in
            guard let delivery = context.alerts else { return APIResponse.unavailable("alerting is not running") }
            var response: APIResponse
            do throws(Refusal) {
                response = try handle(request, delivery, context)
            } catch {
                var w = JSONWriter()
                w.string(error.message)
                response = .json(w.bytes, status: error.status)
            }
            response.headers[.cacheControl] = "no-store"
            return response
        }
    }

    private static func status(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        var w = JSONWriter()
        w.beginObject()
        w.key("cluster")
        w.beginObject()
        w.member("status", "disabled")
        w.key("peers")
        w.beginArray()
        w.endArray()
        w.endObject()
        w.key("config")
        w.beginObject()
        w.member("original", delivery.keeper.read { $0.configuration.shown })
        w.endObject()
        w.member("uptime", AlertTime.text(context.facts().started))
        w.key("versionInfo")
        w.beginObject()
        for name in ["branch", "buildDate", "buildUser", "goVersion", "revision"] { w.member(name, "") }
        w.member("version", "0.28.0 (teled \(TeleVersion.text))")
        w.endObject()
        w.endObject()
        return .json(w.bytes)
    }

    private static func receivers(
        _ request: APIRequest, _ delivery: AlertDelivery, _ context: APIContext
    ) throws(Refusal) -> APIResponse {
        var w = JSONWriter()
        w.beginArray()
        for name in delivery.keeper.read({ $0.configuration.receiverNames }) {
            w.beginObject()
            w.member("name", name)
            w.endObject()
        }
        w.endArray()
        return .json(w.bytes)
    }
}

extension APIRequest {
    /// All `filter` parameters.
    func alertFilter() throws(AlertmanagerRoutes.Refusal) -> [Matcher] {
        var out: [Matcher] = []
        for text in all("filter") {
            do { out += try MatcherText.parse(text) } catch { throw .bad("bad matcher format: \(error)") }
        }
        guard out.count <= AlertingLimits.matchers else { throw .bad("too many filters") }
        return out
    }

    /// A parameter that is `true` or `false`, and true where it is missing.
    func alertFlag(_ name: String) throws(AlertmanagerRoutes.Refusal) -> Bool {
        switch self[name] {
        case nil, "true", "1": return true
        case "false", "0": return false
        case .some(let text): throw .bad("\(name) in query must be of type boolean: \"\(text)\"")
        }
    }
}

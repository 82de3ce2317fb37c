import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel

/// Deleting series and copying what is stored: where `web.enable_admin_api` is on.
extension PrometheusRoutes {
    static let adminRoutes: [APIRoute] = [
        admin("delete_series", deleteSeries),
        admin("clean_tombstones", cleanTombstones),
        admin("snapshot", snapshot),
    ]

    private static func admin(
        _ name: String, _ handle: @escaping @Sendable (APIRequest, APIContext) throws(PrometheusFailure) -> APIResponse
    ) -> APIRoute {
        route([.post, .put], "admin/tsdb/" + name) { request, context throws(PrometheusFailure) in
            guard context.facts().configuration.web.isAdminEnabled else {
                throw PrometheusFailure(
                    status: .serviceUnavailable, type: "unavailable",
                    message: "admin APIs disabled (web.enable_admin_api)")
            }
            return try handle(request, context)
        }
    }

    /// Hides what the selectors match at once; the disk is freed later, or by `clean_tombstones`.
    private static func deleteSeries(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let texts = request.all("match[]")
        if texts.isEmpty { throw .bad("no match[] parameter provided") }
        let time = try request.prometheusRange()
        // All are read before the first one is acted on.
        let selectors = try request.prometheusSelectors()
        // Whose deletion it was, for whoever looks through them.
        let note = "delete_series " + String(texts.joined(separator: " ").prefix(Limits.labelBytes))
        for matchers in selectors {
            do {
                _ = try context.engine.delete(.samples(SeriesSelection(matchers: matchers, time: time)), note: note)
            } catch {
                throw PrometheusFailure(error)
            }
        }
        return APIResponse(.noContent, contentType: nil, body: [])
    }

    private static func cleanTombstones(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        do { try context.engine.cleanTombstones() } catch { throw PrometheusFailure(error) }
        return APIResponse(.noContent, contentType: nil, body: [])
    }

    /// `skip_head`: only what is in segments already.
    private static func snapshot(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        var skipsHead = false
        if let text = request["skip_head"], !text.isEmpty {
            guard let value = flags[text] else {
                throw .parameter("skip_head", "unable to parse boolean \"\(text)\"")
            }
            skipsHead = value
        }
        let copy: BackupCopy
        do { copy = try context.engine.takeBackup(withHeads: !skipsHead) } catch { throw PrometheusFailure(error) }
        return PrometheusAnswer.members([("name", copy.name)]) { $1.string($0) }
    }

    /// As Go's `strconv.ParseBool`.
    private static let flags: [String: Bool] = [
        "1": true, "t": true, "T": true, "true": true, "TRUE": true, "True": true, "0": false, "f": false, "F": false,
        "false": false, "FALSE": false, "False": false,
    ]
}

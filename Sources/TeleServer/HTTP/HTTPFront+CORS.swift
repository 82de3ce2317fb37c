internal import HTTPTypes
internal import HummingbirdCore

/// Cross-origin reading of the Prometheus API, as Prometheus allows it (its `--web.cors.origin`): pages of the origins
/// that `web.cors_origins` names may read answers; the admin routes are never offered to them.
extension HTTPFront {
    /// What an answer to this request has to carry.
    func crossOrigin(_ request: Request, _ target: RequestTarget) -> HTTPFields {
        guard let origin = request.headers[.origin], HTTPFront.isShared(target.segments) else { return [:] }
        let allowed = state.configuration.web.corsOrigins
        guard allowed.contains("*") || allowed.contains(origin) else { return [:] }
        var fields: HTTPFields = [:]
        fields[.accessControlAllowHeaders] = "Accept, Authorization, Content-Type, Origin"
        fields[.accessControlAllowMethods] = "GET, POST, OPTIONS"
        fields[.accessControlAllowOrigin] = allowed.contains("*") ? "*" : origin
        fields[.accessControlExposeHeaders] = "Date"
        fields[.vary] = "Origin"
        return fields
    }

    /// A browser's question before the request itself.
    static func isPreflight(_ request: Request, _ target: RequestTarget) -> Bool {
        request.method == .options && isShared(target.segments)
    }

    /// Whether browsers may ask here at all; such paths answer OPTIONS.
    private static func isShared(_ segments: [String]) -> Bool {
        let rest = segments.first == "prometheus" ? segments.dropFirst() : segments[...]
        return rest.starts(with: ["api", "v1"]) && !rest.starts(with: ["api", "v1", "admin"])
    }
}

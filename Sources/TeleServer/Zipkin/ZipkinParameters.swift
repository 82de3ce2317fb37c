import TeleQuery

/// The parameters of `/traces` and `/dependencies`.
struct ZipkinParameters {
    private let request: APIRequest
    private static let day: UInt64 = 86_400_000

    init(_ request: APIRequest) { self.request = request }

    /// A number above 0; nil where the parameter is not there.
    private func number(_ name: String) throws(ZipkinFailure) -> UInt64? {
        guard let text = request[name], !text.isEmpty else { return nil }
        guard let value = Int64(text) else { throw .bad("\(name): \(text) is no number") }
        guard value > 0 else { throw .bad("\(name) <= 0") }
        return UInt64(value)
    }

    private func name(_ parameter: String) -> String? {
        guard let text = request[parameter]?.lowercased(), !text.isEmpty else { return nil }
        return text
    }

    func query() throws(ZipkinFailure) -> ZipkinQuery {
        let end = try number("endTs") ?? WallClock.nanoseconds / 1_000_000
        var query = ZipkinQuery(endMilliseconds: end, lookbackMilliseconds: try number("lookback") ?? Self.day)
        query.limit = Int(clamping: try number("limit") ?? 10)
        query.service = name("serviceName")
        query.remoteService = name("remoteServiceName")
        query.span = name("spanName")
        if query.span == "all" { query.span = nil }
        query.annotations = Self.annotations(request["annotationQuery"] ?? "")
        query.minDuration = try number("minDuration")
        query.maxDuration = try number("maxDuration")
        if let most = query.maxDuration {
            guard let least = query.minDuration else { throw .bad("maxDuration is only valid with minDuration") }
            guard least <= most else { throw .bad("maxDuration < minDuration") }
        }
        return query
    }

    func dependencies() throws(ZipkinFailure) -> ZipkinQuery {
        guard let end = try number("endTs") else { throw .bad("endTs is required") }
        var query = ZipkinQuery(endMilliseconds: end, lookbackMilliseconds: try number("lookback") ?? Self.day)
        query.limit = .max
        return query
    }

    /// `error and http.method=POST`: what a tag has to be, "" for a tag or annotation that has only to be there.
    private static func annotations(_ text: String) -> [String: String] {
        var out: [String: String] = [:]
        var rest = Substring(text)
        while !rest.isEmpty {
            let end = range(of: " and ", in: rest)
            let part = rest[..<(end?.lowerBound ?? rest.endIndex)]
            rest = end.map { rest[$0.upperBound...] } ?? ""
            guard let equals = part.firstIndex(of: "=") else {
                if !part.isEmpty, out[String(part)] == nil { out[String(part)] = "" }
                continue
            }
            let key = String(part[..<equals])
            if !key.isEmpty { out[key] = String(part[part.index(after: equals)...]) }
        }
        return out
    }

    private static func range(of needle: String, in text: Substring) -> Range<Substring.Index>? {
        var at = text.startIndex
        while at != text.endIndex {
            if text[at...].hasPrefix(needle) { return at..<text.index(at, offsetBy: needle.count) }
            at = text.index(after: at)
        }
        return nil
    }
}

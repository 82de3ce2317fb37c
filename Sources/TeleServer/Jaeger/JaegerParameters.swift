import TeleModel
import TeleQL

/// The parameters of Jaeger's searches, both generations.
struct JaegerParameters {
    private let request: APIRequest

    init(_ request: APIRequest) { self.request = request }

    /// A text that is there and not empty.
    private func text(_ name: String) -> String? {
        guard let text = request[name], !text.isEmpty else { return nil }
        return text
    }

    private func duration(_ name: String) throws(JaegerFailure) -> UInt64? {
        guard let text = text(name) else { return nil }
        guard let value = NumberText.duration(text), value >= 0 else {
            throw .bad("unable to parse param '\(name)': \(QuotedText.quote(text)) is no duration")
        }
        return UInt64(value)
    }

    private func number(_ name: String) throws(JaegerFailure) -> UInt64? {
        guard let text = text(name) else { return nil }
        guard let value = Int64(text), value >= 0 else {
            throw .bad("unable to parse param '\(name)': \(QuotedText.quote(text)) is no number")
        }
        return UInt64(value)
    }

    static func scaled(_ value: UInt64, by factor: UInt64) -> UInt64 {
        let (scaled, isOver) = value.multipliedReportingOverflow(by: factor)
        return isOver ? .max : scaled
    }

    private static let defaultLookback: UInt64 = 172_800_000_000_000

    /// `service`, `operation`, `tags`, `tag`, `minDuration`, `maxDuration`, `limit`, `start`, `end`, `lookback`.
    func query() throws(JaegerFailure) -> JaegerQuery {
        guard let service = text("service") else { throw .bad("parameter 'service' is required") }
        var query = JaegerQuery()
        query.service = service
        query.operation = text("operation")
        query.end = try number("end").map { Self.scaled($0, by: 1000) } ?? WallClock.nanoseconds
        let lookback = try duration("lookback") ?? Self.defaultLookback
        query.start =
            try number("start").map { Self.scaled($0, by: 1000) }
            ?? (query.end > lookback ? query.end - lookback : 0)
        query.minDuration = try duration("minDuration") ?? 0
        query.maxDuration = try duration("maxDuration") ?? .max
        guard query.minDuration <= query.maxDuration else {
            throw .bad("'maxDuration' should be greater than 'minDuration'")
        }
        if let limit = try number("limit") { query.limit = max(1, Int(clamping: min(limit, 100_000))) }
        for pair in request.all("tag") {
            guard let colon = pair.firstIndex(of: ":") else {
                throw .bad("malformed 'tag' parameter, expecting key:value, received: \(pair)")
            }
            query.tags.append((String(pair[..<colon]), String(pair[pair.index(after: colon)...])))
        }
        for text in request.all("tags") where !text.isEmpty { query.tags += try tags(text, "tags") }
        return query
    }

    /// The third version's: `query.service_name` and so on, RFC 3339 times.
    func queryV3() throws(JaegerFailure) -> JaegerQuery {
        var query = JaegerQuery()
        query.service = text("query.service_name") ?? ""
        query.operation = text("query.operation_name")
        guard let start = try time("query.start_time_min"), let end = try time("query.start_time_max") else {
            throw .bad("query.start_time_min and query.start_time_max are required")
        }
        (query.start, query.end) = (start, end)
        query.minDuration = try duration("query.duration_min") ?? 0
        query.maxDuration = try duration("query.duration_max") ?? .max
        for name in ["query.num_traces", "query.search_depth"] {
            if let limit = try number(name) { query.limit = max(1, Int(clamping: min(limit, 100_000))) }
        }
        if let text = text("query.attributes") { query.tags = try tags(text, "query.attributes") }
        return query
    }

    private func time(_ name: String) throws(JaegerFailure) -> UInt64? {
        guard let text = text(name) else { return nil }
        guard let time = JaegerTime.nanoseconds(text) else { throw .bad("\(name): \(text) is no RFC 3339 time") }
        return time
    }

    /// A JSON object of texts.
    private func tags(_ text: String, _ name: String) throws(JaegerFailure) -> [(key: String, value: String)] {
        guard let tags = JaegerTags.read(text) else {
            throw .bad("malformed '\(name)' parameter, cannot unmarshal JSON: \(text)")
        }
        return tags
    }

    /// `endTs` and `lookback` in milliseconds, as unix nanoseconds.
    func dependencies() throws(JaegerFailure) -> (time: Range<UInt64>, service: String?) {
        guard let end = try number("endTs") else { throw .bad("unable to parse endTs: it is required") }
        let lookback = try number("lookback") ?? 86_400_000
        let low = Self.scaled(end > lookback ? end - lookback : 0, by: 1_000_000)
        let high = Self.scaled(end, by: 1_000_000)
        return (low..<max(low, high == .max ? high : high + 1), text("service"))
    }
}

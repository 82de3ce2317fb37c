import TeleModel
import TeleQL

/// The parameters that Tempo's endpoints share.
struct TempoParameters {
    let request: APIRequest

    init(_ request: APIRequest) { self.request = request }

    private func seconds(_ name: String) throws(TempoFailure) -> UInt64? {
        guard let text = request[name], !text.isEmpty else { return nil }
        guard let value = Int64(text), value >= 0 else {
            throw .bad("invalid \(name): \(QuotedText.quote(text)) is no unix time in seconds")
        }
        return UInt64(value)
    }

    private static func nanoseconds(_ seconds: UInt64) -> UInt64 {
        let (value, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : value
    }

    /// Both or none of start and end; without them, all time.
    func range() throws(TempoFailure) -> Range<UInt64> {
        switch (try seconds("start"), try seconds("end")) {
        case (nil, nil), (0?, 0?): return 0..<UInt64.max
        case (let start?, let end?):
            guard start < end else {
                throw .bad("http parameter start must be before end. received start=\(start) end=\(end)")
            }
            return TempoParameters.nanoseconds(start)..<max(TempoParameters.nanoseconds(end), 1)
        default: throw .bad("please provide both start and end or none of them")
        }
    }

    private func count(_ name: String, default fallback: Int) throws(TempoFailure) -> Int {
        guard let text = request[name], !text.isEmpty else { return fallback }
        guard let value = Int(text), value > 0 else { throw .bad("invalid \(name): must be a positive number") }
        return value
    }

    /// Tempo's default; at most as many as one answer can hold.
    func limit() throws(TempoFailure) -> Int { min(try count("limit", default: 20), 10_000) }
    func spansPerSet() throws(TempoFailure) -> Int { min(try count("spss", default: 3), 100) }

    private func duration(_ name: String) throws(TempoFailure) -> Int64? {
        guard let text = request[name], !text.isEmpty else { return nil }
        guard let value = NumberText.duration(text), value >= 0 else {
            throw .bad("invalid \(name): \(QuotedText.quote(text)) is no duration")
        }
        return value
    }

    /// The query of `q`, or that of the legacy parameters `tags`, `minDuration` and `maxDuration`.
    func query() throws(TempoFailure) -> TraceQLQuery {
        let tags = request["tags"] ?? ""
        if let text = request["q"], !text.isEmpty {
            guard tags.isEmpty else { throw .bad("invalid request: can't specify tags and q in the same query") }
            do throws(TraceQLError) { return try TraceQLParser.parse(text) } catch { throw TempoFailure(error) }
        }
        var conditions: [TraceQLField] = []
        guard let pairs = LegacyTags.read(tags) else {
            throw .bad("invalid tags: no logfmt: \(QuotedText.quote(tags))")
        }
        guard pairs.count <= Limits.queryStages else { throw .bad("invalid tags: more than \(Limits.queryStages)") }
        for pair in pairs { conditions.append(LegacyTags.condition(pair.key, pair.value)) }
        let (least, most) = (try duration("minDuration"), try duration("maxDuration"))
        if let least, let most, least > most { throw .bad("invalid maxDuration: must be greater than minDuration") }
        if let least {
            conditions.append(.binary(.greaterOrEqual, .intrinsic(.traceDuration), .literal(.duration(least))))
        }
        if let most {
            conditions.append(.binary(.lessOrEqual, .intrinsic(.traceDuration), .literal(.duration(most))))
        }
        guard let first = conditions.first else { return TraceQLQuery(.filter(nil)) }
        return TraceQLQuery(.filter(conditions.dropFirst().reduce(first) { .binary(.and, $0, $1) }))
    }

    /// `q` as a filter of tag names and values: one that can't be read is as none.
    var tagFilter: TraceQLField? {
        guard let text = request["q"], let query = try? TraceQLParser.parse(text),
            case .filter(let field)? = query.spanset
        else { return nil }
        return field
    }
}

/// The `tags` parameter of the legacy search: logfmt, all of which must hold on one span.
enum LegacyTags {
    /// nil where the text is no logfmt.
    static func read(_ text: String) -> [(key: String, value: String)]? {
        let bytes = Array(text.utf8)
        var out: [(key: String, value: String)] = []
        var at = 0
        while true {
            while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
            guard at < bytes.count else { return out }
            let start = at
            while at < bytes.count, bytes[at] > 0x20, bytes[at] != UInt8(ascii: "=") { at += 1 }
            let key = String(decoding: bytes[start..<at], as: UTF8.self)
            guard !key.isEmpty, at < bytes.count, bytes[at] == UInt8(ascii: "=") else { return nil }
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
                guard let (value, end) = QuotedText.read(bytes, at: at) else { return nil }
                out.append((key, value))
                at = end
            } else {
                let from = at
                while at < bytes.count, bytes[at] > 0x20 { at += 1 }
                out.append((key, String(decoding: bytes[from..<at], as: UTF8.self)))
            }
        }
    }

    /// Names that the legacy search knows beside attributes.
    static func condition(_ key: String, _ value: String) -> TraceQLField {
        switch key {
        case "name": .textEquals(.intrinsic(.name), value)
        case "status", "status.code": .textEquals(.intrinsic(.status), value)
        case "root.name": .textEquals(.intrinsic(.rootName), value)
        case "root.service.name": .textEquals(.intrinsic(.rootService), value)
        default: .textEquals(.attribute(.any, key), value)
        }
    }
}

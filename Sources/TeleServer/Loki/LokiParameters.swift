import HTTPTypes
import TeleAPI
import TeleModel
import TeleQL

/// The parameters that Loki's endpoints share. Times are unix nanoseconds.
struct LokiParameters {
    let request: APIRequest
    let now: Int64

    init(_ request: APIRequest) {
        self.request = request
        now = Int64(clamping: WallClock.nanoseconds)
    }

    private static let defaultSpan: Int64 = 3_600_000_000_000
    /// `max_entries_limit_per_query`: 5000 in Loki; here memory is bounded by the query's budget.
    static let maxLimit = 1_000_000
    /// Loki's `max_points`.
    static let maxSteps = 11_000

    private func time(_ name: String) throws(LokiFailure) -> Int64? {
        guard let text = request[name], !text.isEmpty else { return nil }
        guard let value = LokiTime.nanoseconds(text) else {
            throw .bad(
                "could not parse '\(name)' parameter: strconv.ParseInt: parsing \(QuotedText.quote(text)): invalid syntax"
            )
        }
        return value
    }

    /// `start` and `end` with Loki's defaults: until now, since an hour before the end (or `since`).
    func range() throws(LokiFailure) -> (start: Int64, end: Int64) {
        let end = try time("end") ?? now
        var span = LokiParameters.defaultSpan
        if let since = request["since"], !since.isEmpty {
            guard let value = NumberText.duration(since), value >= 0 else {
                throw .bad("could not parse 'since' parameter: not a valid duration: \(QuotedText.quote(since))")
            }
            span = value
        }
        let start = try time("start") ?? max(0, min(end, now) - span)
        return (start, end)
    }

    /// The half-open range of a log query.
    func logRange() throws(LokiFailure) -> Range<UInt64> {
        let (start, end) = try range()
        guard end >= start else { throw .bad("end timestamp must not be before or equal to start time") }
        return UInt64(max(0, start))..<UInt64(max(0, end))
    }

    func instant() throws(LokiFailure) -> Int64 { try time("time") ?? now }

    func limit() throws(LokiFailure) -> Int {
        guard let text = request["limit"], !text.isEmpty else { return 100 }
        guard let value = Int(text) else {
            throw .bad("strconv.Atoi: parsing \(QuotedText.quote(text)): invalid syntax")
        }
        guard value > 0 else { throw .bad("limit must be a positive value") }
        guard value <= LokiParameters.maxLimit else {
            throw .bad(
                "max entries limit per query exceeded, limit > max_entries_limit_per_query "
                    + "(\(value) > \(LokiParameters.maxLimit))")
        }
        return value
    }

    func isForward() throws(LokiFailure) -> Bool {
        guard let text = request["direction"], !text.isEmpty else { return false }
        switch text.lowercased() {
        case "forward": return true
        case "backward": return false
        default: throw .bad("invalid direction '\(text)'")
        }
    }

    /// Seconds (a float) or a duration; nil where it is not given.
    func duration(_ name: String) throws(LokiFailure) -> Int64? {
        guard let text = request[name], !text.isEmpty else { return nil }
        if let seconds = Double(text) {
            guard seconds.isFinite, abs(seconds) < 9e9 else {
                throw .bad("cannot parse \(QuotedText.quote(text)) to a valid duration")
            }
            return Int64(seconds * 1e9)
        }
        guard let value = NumberText.duration(text) else {
            throw .bad("cannot parse \(QuotedText.quote(text)) to a valid duration")
        }
        return value
    }

    /// Nanoseconds between entries; 0 for all.
    func interval() throws(LokiFailure) -> UInt64 {
        let interval = try duration("interval") ?? 0
        guard interval >= 0 else { throw .bad("interval must be >= 0") }
        return UInt64(interval)
    }

    /// The step, by default a 250th of the range in whole seconds and at least one.
    func step(_ range: (start: Int64, end: Int64)) throws(LokiFailure) -> Int64 {
        if let step = try duration("step") {
            guard step > 0 else {
                throw .bad(
                    "zero or negative query resolution step widths are not accepted. Try a positive integer")
            }
            return step
        }
        let (span, overflow) = range.end.subtractingReportingOverflow(range.start)
        return overflow ? .max : max(1_000_000_000, span / 250 / 1_000_000_000 * 1_000_000_000)
    }

    var categorizes: Bool {
        request.headers.contains { field in
            field.name.canonicalName == "x-loki-response-encoding-flags"
                && field.value.split(separator: ",").contains { $0.filter { $0 != " " } == "categorize-labels" }
        }
    }
}

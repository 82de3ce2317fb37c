import TeleAPI
import TeleModel
import TeleQL
import TeleQuery

extension TempoParameters {
    /// What is computed: `q`, or `query`.
    func metric() throws(TempoFailure) -> TraceQLMetric {
        let text = request["q"] ?? request["query"] ?? ""
        guard !text.isEmpty else { throw .bad("invalid q: a metrics query is missing") }
        do throws(TraceQLError) { return try TraceQLParser.parseMetric(text) } catch { throw TempoFailure(error) }
    }

    /// `start` and `end` (seconds, nanoseconds or RFC 3339) or `since`, one hour where none is given; and `step`.
    func grid(isInstant: Bool) throws(TempoFailure) -> TraceMetricGrid {
        let now = WallClock.nanoseconds
        let end = try time("end") ?? now
        var start = try time("start") ?? (end > TempoParameters.hour ? end - TempoParameters.hour : 0)
        if let text = request["since"], !text.isEmpty, request["start"] == nil {
            guard let since = NumberText.duration(text), since > 0 else { throw .bad("invalid since: \(text)") }
            start = end > UInt64(since) ? end - UInt64(since) : 0
        }
        guard start < end else { throw .bad("http parameter start must be before end") }
        if isInstant {
            guard let grid = TraceMetricGrid(whole: start, to: end) else { throw .bad("invalid time range") }
            return grid
        }
        let step = try step() ?? TempoParameters.defaultStep(end - start)
        guard let grid = TraceMetricGrid(from: start, to: end, step: step) else { throw .bad("invalid step") }
        guard grid.count <= Limits.queryPoints else {
            throw .bad("invalid step: more than \(Limits.queryPoints) points a series; use a larger one")
        }
        return grid
    }

    private static let hour: UInt64 = 3_600_000_000_000

    /// About a hundred points, whole seconds.
    private static func defaultStep(_ range: UInt64) -> UInt64 {
        max(1, (range / 100 + 999_999_999) / 1_000_000_000) * 1_000_000_000
    }

    private func step() throws(TempoFailure) -> UInt64? {
        guard let text = request["step"], !text.isEmpty else { return nil }
        if let seconds = NumberText.number(text), seconds > 0, seconds < 1e9 { return UInt64(seconds * 1e9) }
        guard let step = NumberText.duration(text), step > 0 else { throw .bad("invalid step: \(text)") }
        return UInt64(step)
    }

    /// Unix seconds (also with a fraction), unix nanoseconds, or RFC 3339.
    private func time(_ name: String) throws(TempoFailure) -> UInt64? {
        guard let text = request[name], !text.isEmpty else { return nil }
        guard let time = LokiTime.nanoseconds(text), time >= 0 else {
            throw .bad("invalid \(name): \(QuotedText.quote(text)) is no time")
        }
        return UInt64(time)
    }
}

import HTTPTypes
import TeleAPI
import TeleEngine
import TeleQL
import TeleQuery

extension TeleRoutes {
    private static let defaultSince: Int64 = 900_000_000_000

    /// `?since=15m`: what each service did until now.
    @Sendable static func services(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        guard let since = since(request, defaultSince) else {
            return failed("since: \"\(request["since"] ?? "")\" is no duration such as 15m", .badRequest)
        }
        let end = WallClock.nanoseconds
        let start = end > since ? end - since : 0
        do throws(EngineError) {
            return answer(try summaries(start..<end &+ 1, context.engine.snapshot(), context.makeBudget()))
        } catch { return failed(error) }
    }

    /// Nanoseconds; nil where the text is no length of time.
    static func since(_ request: APIRequest, _ usual: Int64) -> UInt64? {
        guard let text = request["since"], !text.isEmpty else { return UInt64(usual) }
        guard let value = NumberText.duration(text), value > 0 else { return nil }
        return UInt64(value)
    }

    static func summaries(
        _ time: Range<UInt64>, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) -> TeleServices {
        var earliest: UInt64?
        let summaries = try ServiceSummary.all(time: time, snapshot: snapshot, budget: budget, earliest: &earliest)
        let (start, end) = (time.lowerBound, time.upperBound - 1)
        // A demo that has run for 20 s has no rate of 15 min.
        let covered = end &- min(end, max(start, earliest ?? start))
        let seconds = max(Double(covered) / 1e9, 1)
        let services = summaries.map { one in
            TeleService(
                name: one.name, requests: one.requests, rate: Double(one.requests) / seconds, errors: one.errors,
                errorRatio: one.requests > 0 ? Double(one.errors) / Double(one.requests) : 0, p50: one.p50,
                p95: one.p95, p99: one.p99, spans: one.spans)
        }
        return TeleServices(startUnixNano: String(start), endUnixNano: String(end), services: services)
    }
}

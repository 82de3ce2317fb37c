import HTTPTypes
import TeleAPI
import TeleEngine
import TeleQL
import TeleQuery

extension TeleRoutes {
    private static let defaultSince: Int64 = 900_000_000_000

    /// `?since=15m`: what each service did until now.
    @Sendable static func services(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        var since = defaultSince
        if let text = request["since"], !text.isEmpty {
            guard let value = NumberText.duration(text), value > 0 else {
                return failed("since: \"\(text)\" is no duration such as 15m", .badRequest)
            }
            since = value
        }
        let end = WallClock.nanoseconds
        let start = end > UInt64(since) ? end - UInt64(since) : 0
        var earliest: UInt64?
        do throws(EngineError) {
            let summaries = try ServiceSummary.all(
                time: start..<end &+ 1, snapshot: context.engine.snapshot(), budget: context.makeBudget(),
                earliest: &earliest)
            // A demo that has run for 20 s has no rate of 15 min.
            let covered = end &- min(end, max(start, earliest ?? start))
            let seconds = max(Double(covered) / 1e9, 1)
            let services = summaries.map { one in
                TeleService(
                    name: one.name, requests: one.requests, rate: Double(one.requests) / seconds,
                    errors: one.errors,
                    errorRatio: one.requests > 0 ? Double(one.errors) / Double(one.requests) : 0, p50: one.p50,
                    p95: one.p95, p99: one.p99, spans: one.spans)
            }
            return answer(TeleServices(startUnixNano: String(start), endUnixNano: String(end), services: services))
        } catch { return failed(error) }
    }
}

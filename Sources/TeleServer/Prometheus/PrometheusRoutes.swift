import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

/// The Prometheus HTTP API (PROTOCOLS.md 4.2), version 1.
package enum PrometheusRoutes {
    package static let all: [APIRoute] =
        [
            route([.get, .post], "query", query),
            route([.get, .post], "query_range", queryRange),
            route([.get, .post], "query_exemplars", exemplars),
            route([.get, .post], "format_query", formatQuery),
            route([.get, .post], "parse_query", parseQuery),
            route([.get, .post], "labels", labels),
            route([.get], "label/{name}/values", labelValues),
            route([.get, .post], "series", series),
            route([.get], "metadata", metadata),
        ] + statusRoutes + adminRoutes + federateRoutes + ruleRoutes

    /// A route whose failures become error envelopes.
    static func route(
        _ methods: [HTTPRequest.Method], _ path: String,
        _ handle: @escaping @Sendable (APIRequest, APIContext) throws(PrometheusFailure) -> APIResponse
    ) -> APIRoute {
        APIRoute(methods, "/api/v1/" + path) { request, context in
            do throws(PrometheusFailure) {
                return try handle(request, context)
            } catch {
                return error.response
            }
        }
    }

    private static func query(_ request: APIRequest, _ context: APIContext) throws(PrometheusFailure) -> APIResponse {
        let time = try request.prometheusTime("time", default: WallClock.milliseconds)
        return try answer(request, context, isInstant: true) { query, snapshot, budget throws(PromFailure) in
            try query.instant(at: time, snapshot: snapshot, budget: budget)
        }
    }

    private static func queryRange(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let start = try request.prometheusRequiredTime("start")
        let end = try request.prometheusRequiredTime("end")
        guard end >= start else { throw .parameter("end", "end timestamp must not be before start time") }
        guard let step = try request.prometheusDuration("step") else {
            throw .parameter("step", "cannot parse \"\" to a valid duration")
        }
        guard step > 0 else {
            throw .parameter(
                "step", "zero or negative query resolution step widths are not accepted. Try a positive integer")
        }
        guard (end - start) / step <= Int64(Limits.queryPoints) else {
            throw .bad(
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution "
                    + "(?step=XX)")
        }
        let grid = PromGrid(start: start, step: step, count: Int((end - start) / step) + 1)
        return try answer(request, context, isInstant: false) { query, snapshot, budget throws(PromFailure) in
            try query.range(grid, snapshot: snapshot, budget: budget)
        }
    }

    /// Parses, evaluates and writes a query.
    private static func answer(
        _ request: APIRequest, _ context: APIContext, isInstant: Bool,
        _ run: (PromQuery, any EngineSnapshot, QueryBudget) throws(PromFailure) -> PromAnswer
    ) throws(PrometheusFailure) -> APIResponse {
        let limit = try request.prometheusLimit()
        let budget = try request.prometheusBudget(context)
        let start = ContinuousClock.now
        let query = try request.prometheusQuery(context)
        let type = query.expression.type
        guard isInstant || type == .scalar || type == .vector else {
            throw .parameter(
                "query",
                "invalid expression type \"\(type.documented)\" for range query, must be Scalar or instant Vector")
        }
        let parsed = ContinuousClock.now
        let found: PromAnswer
        do { found = try run(query, context.engine.snapshot(), budget) } catch { throw PrometheusFailure(error) }
        var statistics: PrometheusStatistics?
        if let wanted = request["stats"], !wanted.isEmpty {
            statistics = PrometheusStatistics(
                samples: budget.rows, parsing: (parsed - start) / .seconds(1),
                evaluating: (ContinuousClock.now - parsed) / .seconds(1))
        }
        return PrometheusAnswer.query(found, isInstant: isInstant, limit: limit, statistics: statistics)
    }

    private static func formatQuery(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let query = try request.prometheusQuery(context)
        return PrometheusAnswer.success { $0.string(query.expression.description) }
    }

    private static func parseQuery(
        _ request: APIRequest, _ context: APIContext
    ) throws(PrometheusFailure) -> APIResponse {
        let query = try request.prometheusQuery(context)
        return PrometheusAnswer.success { PrometheusTree.write(query.expression, &$0) }
    }
}

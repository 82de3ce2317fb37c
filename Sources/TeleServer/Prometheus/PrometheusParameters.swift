import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension APIRequest {
    func prometheusTime(_ name: String, default fallback: Int64) throws(PrometheusFailure) -> Int64 {
        guard let text = self[name], !text.isEmpty else { return fallback }
        guard let time = PrometheusTime.milliseconds(text) else {
            throw .parameter(name, "cannot parse \"\(text)\" to a valid timestamp")
        }
        return time
    }

    func prometheusRequiredTime(_ name: String) throws(PrometheusFailure) -> Int64 {
        guard let text = self[name], let time = PrometheusTime.milliseconds(text) else {
            throw .parameter(name, "cannot parse \"\(self[name] ?? "")\" to a valid timestamp")
        }
        return time
    }

    func prometheusDuration(_ name: String) throws(PrometheusFailure) -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let duration = PrometheusTime.duration(text) else {
            throw .parameter(name, "cannot parse \"\(text)\" to a valid duration")
        }
        return duration
    }

    /// The most items to give; nil for all.
    func prometheusLimit(_ name: String = "limit") throws(PrometheusFailure) -> Int? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let limit = Int(text), limit >= 0 else {
            throw .parameter(name, "limit must be non-negative")
        }
        return limit == 0 ? nil : limit
    }

    func prometheusQuery(_ context: APIContext) throws(PrometheusFailure) -> PromQuery {
        var query: PromQuery
        do {
            query = try PromQuery(self["query"] ?? "")
        } catch {
            throw .parameter("query", error.description)
        }
        if let experiment = PromExperiments.first(in: query.expression, of: query.source),
            !context.facts().configuration.query.experimental
        {
            throw .parameter("query", experiment.description)
        }
        if let lookback = try prometheusDuration("lookback_delta"), lookback > 0 { query.options.lookback = lookback }
        return query
    }

    /// The configured budget, with less time where `timeout` asks for it.
    func prometheusBudget(_ context: APIContext) throws(PrometheusFailure) -> QueryBudget {
        let budget = context.makeBudget()
        guard let timeout = try prometheusDuration("timeout"), timeout > 0 else { return budget }
        let left = ContinuousClock.now.duration(to: budget.deadline)
        guard .milliseconds(timeout) < left else { return budget }
        return QueryBudget(
            maxRows: budget.maxRows, maxBytes: budget.maxBytes, maxSeries: budget.maxSeries,
            timeout: .milliseconds(timeout), pool: budget.pool)
    }

    /// The distinct selectors of `match[]`; each is a list of matchers.
    func prometheusSelectors() throws(PrometheusFailure) -> [[Matcher]] {
        var out: [[Matcher]] = []
        var seen: Set<String> = []
        for text in all("match[]") where seen.insert(text).inserted {
            do {
                out.append(try PromParser.parseSelector(text).matchers)
            } catch {
                throw .parameter("match[]", error.description)
            }
        }
        return out
    }

    func prometheusRange() throws(PrometheusFailure) -> ClosedRange<Int64> {
        guard let range = try prometheusRangeOrNothing() else {
            throw .parameter("end", "end timestamp must not be before start time")
        }
        return range
    }

    /// nil where the end lies before the start: lists are empty then, as Prometheus has it.
    func prometheusRangeOrNothing() throws(PrometheusFailure) -> ClosedRange<Int64>? {
        let start = try prometheusTime("start", default: PrometheusTime.least)
        let end = try prometheusTime("end", default: PrometheusTime.greatest)
        return start <= end ? start...end : nil
    }
}

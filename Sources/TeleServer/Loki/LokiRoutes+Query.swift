import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension LokiRoutes {
    @Sendable static func queryRange(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let parameters = LokiParameters(request)
            let query = try parsed(request["query"] ?? "")
            let range = try parameters.range()
            guard range.end >= range.start else {
                throw LokiFailure.bad("end timestamp must not be before or equal to start time")
            }
            let step = try parameters.step(range)
            let limit = try parameters.limit()
            let isForward = try parameters.isForward()
            switch query {
            case .log(let pipeline):
                var search = LogSearch(
                    pipeline: pipeline, time: try parameters.logRange(), limit: limit, isForward: isForward,
                    categorizes: parameters.categorizes)
                search.interval = try parameters.interval()
                let budget = context.makeBudget()
                return LokiAnswer.streams(
                    try run(search, context, budget), categorized: parameters.categorizes, holding: budget)
            case .metric(let metric):
                guard
                    let steps = LogSteps(
                        start: range.start, end: range.end, step: step, limit: LokiParameters.maxSteps)
                else {
                    throw LokiFailure.bad(
                        "exceeded maximum resolution of 11,000 points per time series. Try decreasing the query "
                            + "resolution (?step=XX)")
                }
                let budget = context.makeBudget()
                return LokiAnswer.matrix(try evaluate(metric, steps, context, budget), steps, holding: budget)
            }
        } catch { return error.response }
    }

    @Sendable static func query(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let parameters = LokiParameters(request)
            let query = try parsed(request["query"] ?? "")
            let time = try parameters.instant()
            _ = try parameters.limit()
            guard case .metric(let metric) = query else {
                throw LokiFailure.bad(
                    "log queries are not supported as an instant query type, please change your query to a range "
                        + "query type")
            }
            let result = try evaluate(metric, LogSteps(instant: time), context, context.makeBudget())
            return .json(LokiAnswer.instant(result, time))
        } catch { return error.response }
    }

    private static func parsed(_ query: String) throws(LokiFailure) -> LogQLExpression {
        do throws(LogQLError) { return try LogQLParser.parse(query) } catch { throw LokiFailure(error) }
    }

    private static func run(
        _ search: LogSearch, _ context: APIContext, _ budget: QueryBudget
    ) throws(LokiFailure) -> [LogStreamResult] {
        do throws(EngineError) {
            return try search.run(context.engine.snapshot(), budget)
        } catch { throw LokiFailure(error) }
    }

    private static func evaluate(
        _ metric: LogQLMetric, _ steps: LogSteps, _ context: APIContext, _ budget: QueryBudget
    ) throws(LokiFailure) -> LogMetricResult {
        let evaluator = LogMetricEvaluator(
            steps: steps, snapshot: context.engine.snapshot(), budget: budget)
        do throws(LogQueryError) { return try evaluator.evaluate(metric) } catch { throw LokiFailure.query(error) }
    }
}

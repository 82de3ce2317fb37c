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
                search.interval = UInt64(clamping: try parameters.duration("interval") ?? 0)
                return .json(LokiAnswer.streams(try run(search, context), categorized: parameters.categorizes))
            case .metric(let metric):
                guard
                    let steps = LogSteps(
                        start: range.start, end: range.end, step: step, limit: LokiParameters.maxSteps)
                else {
                    throw LokiFailure.bad(
                        "exceeded maximum resolution of 11,000 points per time series. Try decreasing the query "
                            + "resolution (?step=XX)")
                }
                let result = try evaluate(metric, steps, context)
                return .json(LokiAnswer.matrix(result, steps))
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
            let result = try evaluate(metric, LogSteps(instant: time), context)
            return .json(LokiAnswer.instant(result, time))
        } catch { return error.response }
    }

    private static func parsed(_ query: String) throws(LokiFailure) -> LogQLExpression {
        do throws(LogQLError) { return try LogQLParser.parse(query) } catch { throw LokiFailure(error) }
    }

    private static func run(_ search: LogSearch, _ context: APIContext) throws(LokiFailure) -> [LogStreamResult] {
        do throws(EngineError) {
            return try search.run(context.engine.snapshot(), context.makeBudget())
        } catch { throw LokiFailure(error) }
    }

    private static func evaluate(
        _ metric: LogQLMetric, _ steps: LogSteps, _ context: APIContext
    ) throws(LokiFailure) -> LogMetricResult {
        let evaluator = LogMetricEvaluator(
            steps: steps, snapshot: context.engine.snapshot(), budget: context.makeBudget())
        do throws(LogQueryError) { return try evaluator.evaluate(metric) } catch { throw LokiFailure.query(error) }
    }
}

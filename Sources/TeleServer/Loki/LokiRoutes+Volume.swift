import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension LokiRoutes {
    /// Bytes by labels over the whole range.
    @Sendable static func volume(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let parameters = LokiParameters(request)
            let time = try parameters.logRange()
            let groups = try groups(request, context, time, ends: [time.upperBound])
            return .json(LokiAnswer.volumes(groups, at: Int64(clamping: time.upperBound)))
        } catch { return error.response }
    }

    /// The same step by step. As in Loki steps end at multiples of the step, their points 1 ms before.
    @Sendable static func volumeRange(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(LokiFailure) {
            let parameters = LokiParameters(request)
            let range = try parameters.range()
            let time = try parameters.logRange()
            let step = UInt64(clamping: try parameters.step(range))
            guard !time.isEmpty, time.upperBound <= UInt64(Int64.max) else {
                return .json(LokiAnswer.volumes([], points: []))
            }
            guard time.upperBound / step - time.lowerBound / step <= UInt64(LokiParameters.maxSteps) else {
                throw LokiFailure.bad("exceeded maximum resolution of 11,000 points per time series")
            }
            var ends: [UInt64] = []
            var next = time.lowerBound - time.lowerBound % step
            while next < time.upperBound {
                let (sum, overflow) = next.addingReportingOverflow(step)
                next = overflow ? time.upperBound : min(sum, time.upperBound)
                ends.append(next)
            }
            let groups = try groups(request, context, time, ends: ends)
            let points = ends.dropLast().map { Int64(clamping: $0) - 1_000_000 } + [Int64(clamping: time.upperBound)]
            return .json(LokiAnswer.volumes(groups, points: points))
        } catch { return error.response }
    }

    private static func groups(
        _ request: APIRequest, _ context: APIContext, _ time: Range<UInt64>, ends: [UInt64]
    ) throws(LokiFailure) -> [LogVolume.Group] {
        guard let text = request["query"], !text.isEmpty else {
            throw LokiFailure.bad("parse error : syntax error: unexpected $end")
        }
        let matchers: [Matcher]
        do throws(LogQLError) { matchers = try LogQLParser.parseMatchers(text) } catch { throw LokiFailure(error) }
        let by = request["aggregateBy"] ?? ""
        guard ["", "series", "labels"].contains(by) else { throw LokiFailure.bad("invalid aggregation option") }
        let targets = (request["targetLabels"] ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }
        let volume = LogVolume(
            matchers: matchers, time: time, targets: targets, byName: by == "labels",
            limit: try LokiParameters(request).limit(), ends: ends)
        do throws(EngineError) {
            return try volume.run(context.engine.snapshot(), context.makeBudget())
        } catch { throw LokiFailure(error) }
    }
}

import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQuery

extension TeleRoutes {
    private static let defaultLint: Int64 = 3_600_000_000_000

    /// Exporters send every few seconds, and a long request's root comes last; nanoseconds.
    private static let settling: UInt64 = 60_000_000_000

    /// `?since=1h`: where traces are broken.
    @Sendable static func lint(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        guard let since = since(request, defaultLint) else {
            return failed("since: \"\(request["since"] ?? "")\" is no duration such as 15m", .badRequest)
        }
        let end = WallClock.nanoseconds
        let start = end > since ? end - since : 0
        do throws(EngineError) {
            let lint = try TraceLint(
                time: start..<end &+ 1, settled: end > settling ? end - settling : 0,
                snapshot: context.engine.snapshot(), budget: context.makeBudget())
            let findings = lint.findings.map { one in
                TeleLint.Finding(
                    service: one.service, operation: one.operation, problem: one.problem.rawValue, count: one.count,
                    of: one.of, exampleTraceID: one.example.hex)
            }
            return answer(
                TeleLint(
                    startUnixNano: String(start), endUnixNano: String(end), spans: lint.spans, traces: lint.traces,
                    isCut: lint.isCut, findings: findings))
        } catch { return failed(error) }
    }
}

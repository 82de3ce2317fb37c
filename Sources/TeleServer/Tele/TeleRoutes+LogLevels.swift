import HTTPTypes
import TeleAPI
import TeleQL

extension TeleRoutes {
    private static let defaultLength: UInt64 = 600_000_000_000

    /// Shapes and parameters: ``TeleLogLevels``.
    @Sendable static func logLevels(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        let service = request.pathParameters["service"]
        let now = WallClock.nanoseconds
        if request.method == .post {
            guard let service, let refusal = setLevel(request, service, context.logLevels, now) else {
                return answer(TeleLogLevels(levels: context.logLevels.current(service: service, now: now)))
            }
            return refusal
        }
        let levels = context.logLevels.current(service: service, now: now)
        guard request.headers[.accept]?.hasPrefix("text/plain") == true else {
            return answer(TeleLogLevels(levels: levels))
        }
        return .text(levels.map { "\($0.level)\t\($0.seconds)\t\($0.label)\n" }.joined())
    }

    /// nil when it is done.
    private static func setLevel(
        _ request: APIRequest, _ service: String, _ rules: LogLevelRules, _ now: UInt64
    ) -> APIResponse? {
        let label = request["label"] ?? "*"
        for (name, text) in [("service", service), ("label", label)] {
            guard !text.isEmpty, text.utf8.count <= LogLevelRules.nameBytes, text.utf8.allSatisfy({ $0 >= 0x20 }) else {
                return failed(
                    "\(name): 1 to \(LogLevelRules.nameBytes) bytes without control characters are wanted", .badRequest)
            }
        }
        let level = request["level"] ?? ""
        guard level == "default" || TeleLogLevel.levels.contains(level) else {
            return failed(
                "level: \"\(level)\" is none of \(TeleLogLevel.levels.joined(separator: ", ")), default", .badRequest)
        }
        var length = defaultLength
        if let text = request["for"] {
            guard let value = NumberText.duration(text), value > 0, UInt64(value) <= LogLevelRules.longest else {
                return failed("for: \"\(text)\" is no duration from 1ms to 24h, such as 10m", .badRequest)
            }
            length = UInt64(value)
        }
        guard rules.set(service: service, label: label, level: level == "default" ? nil : level, for: length, now: now)
        else {
            return failed(
                "\(LogLevelRules.most) levels are set already; take some away or wait until they end",
                .unprocessableContent)
        }
        return nil
    }
}

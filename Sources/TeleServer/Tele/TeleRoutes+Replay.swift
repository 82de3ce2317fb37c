import HTTPTypes
import TeleAPI
import TeleAlert
import TeleEngine
import TeleModel

extension TeleRoutes {
    private static let defaultReplay: Int64 = 86_400_000
    /// Alerting rules of one request.
    private static let mostReplayed = 1_000

    /// Shapes: ``TeleRuleReplay``. `start` and `end` are unix milliseconds (the day until now without them), `step` too
    /// (each group's interval without it); `rule` takes only rules of that name.
    @Sendable static func replay(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        let now = WallClock.milliseconds
        guard let end = number(request, "end", now), let start = number(request, "start", end - defaultReplay),
            let step = number(request, "step", 0), start <= end, step >= 0
        else { return failed("start, end and step are unix milliseconds, start before end", .badRequest) }
        let file = RuleFile(yaml: String(decoding: request.body, as: UTF8.self), name: "the rules")
        if let problem = file.errors.first { return failed(problem.description, .badRequest) }
        let configuration = context.facts().configuration
        var options = RuleOptions()
        options.interval = configuration.evaluationInterval
        options.externalLabels = configuration.externalLabelSet
        options.externalURL = configuration.externalURL
        let wanted = request["rule"]
        var pairs: [(group: RuleGroup, rule: Rule)] = []
        for group in file.groups {
            for rule in group.rules where rule.kind == .alert && (wanted == nil || rule.name == wanted) {
                pairs.append((group, rule))
            }
        }
        guard pairs.count <= mostReplayed else {
            return failed("more than \(mostReplayed) alerting rules; name one (rule)", .unprocessableContent)
        }
        let deadline = ContinuousClock.now + .milliseconds(configuration.query.timeout)
        let snapshot = context.engine.snapshot()
        let rules = pairs.map { pair in
            let every = step > 0 ? step : pair.group.interval ?? options.interval
            return replayed(pair.rule, pair.group, options, start...end, every, snapshot, deadline, context.makeBudget)
        }
        return answer(TeleRuleReplay(start: start, end: end, rules: rules))
    }

    private static func number(_ request: APIRequest, _ name: String, _ usual: Int64) -> Int64? {
        guard let text = request[name], !text.isEmpty else { return usual }
        // What dates have of milliseconds until the year 9999.
        return Int64(text).flatMap { abs($0) < 253_402_300_800_000 ? $0 : nil }
    }

    private static func replayed(
        _ rule: Rule, _ group: RuleGroup, _ options: RuleOptions, _ time: ClosedRange<Int64>, _ step: Int64,
        _ snapshot: any EngineSnapshot, _ deadline: ContinuousClock.Instant, _ makeBudget: () -> QueryBudget
    ) -> TeleRuleReplay.Rule {
        var out = TeleRuleReplay.Rule(
            group: group.name, name: rule.name, lang: rule.language.rawValue, query: rule.expression,
            stepMilliseconds: step)
        var replay = RuleReplay(rule, of: group, options: options)
        do throws(RuleQueryError) {
            try replay.run(
                from: time.lowerBound, through: time.upperBound, step: step, snapshot: snapshot, deadline: deadline,
                makeBudget: makeBudget)
        } catch {
            out.error = error.message
            return out
        }
        let fired = replay.histories.flatMap(\.periods).filter { $0.state == .firing }
        out.fired = fired.count
        out.longestFiringMilliseconds = fired.map { $0.to - $0.from }.max() ?? 0
        out.isCut = replay.isCut
        out.alerts = replay.histories.sorted { LabelSet.precedes($0.labels, $1.labels) }.map { history in
            TeleRuleReplay.Alert(
                labels: Dictionary(history.labels.pairs.map { ($0.name, $0.value) }) { $1 },
                periods: history.periods.map { .init(state: $0.state.rawValue, from: $0.from, to: $0.to) })
        }
        return out
    }
}

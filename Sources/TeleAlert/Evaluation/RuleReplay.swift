package import TeleEngine
package import TeleModel
internal import TeleQuery

/// When an alerting rule would have been pending and firing over the stored past, had it been there: the same queries,
/// templates and states as ``RunningGroup`` has, from nothing at the start on. Nothing is written.
package struct RuleReplay {
    package struct Period: Sendable, Equatable {
        package var state: AlertState
        /// Unix milliseconds; `to` is the first evaluation at which it was over, or the end.
        package var from: Int64
        package var to: Int64
    }

    package struct History: Sendable {
        package var labels: LabelSet
        package var periods: [Period] = []
    }

    package private(set) var histories: [History] = []
    /// There were more than ``mostAlerts`` or ``mostPeriods``.
    package private(set) var isCut = false

    private let rule: Rule
    private let group: RuleGroup
    private let options: RuleOptions
    private var tracker = AlertTracker()
    private var places: [LabelSet: Int] = [:]
    private var periodCount = 0

    /// Evaluations of one rule; Prometheus' most of a range query.
    package static let mostSteps: Int64 = 11_000
    private static let mostAlerts = 1_000
    private static let mostPeriods = 10_000
    /// Steps of one query.
    private static let stepsOfQuery = 250

    package init(_ rule: Rule, of group: RuleGroup, options: RuleOptions) {
        self.rule = rule
        self.group = group
        self.options = options
    }

    /// Goes through the evaluations from `start` to `end`. Blocks; a budget each query, all of them until the deadline.
    package mutating func run(
        from start: Int64, through end: Int64, step: Int64, snapshot: any EngineSnapshot,
        deadline: ContinuousClock.Instant, makeBudget: () -> QueryBudget
    ) throws(RuleQueryError) {
        let offset = group.queryOffset ?? options.queryOffset
        let steps = step > 0 && end >= start ? (end - start) / step + 1 : 0
        guard steps <= RuleReplay.mostSteps else {
            throw RuleQueryError(
                "\(steps) evaluations are more than \(RuleReplay.mostSteps): ask for a shorter range or a longer step")
        }
        var at: Int64 = 0
        while at < steps {
            guard ContinuousClock.now < deadline else {
                throw RuleQueryError(
                    "\(at) of \(steps) evaluations took as long as a query may (query.timeout): ask for a shorter range or "
                        + "a longer step")
            }
            let count = min(RuleReplay.stepsOfQuery, Int(steps - at))
            let first = start + at * step
            let budget = makeBudget()
            let grid = PromGrid(start: first.subtractingSaturated(offset), step: step, count: count)
            let vectors = try rule.query.vectors(grid, snapshot: snapshot, budget: budget)
            for (number, vector) in vectors.enumerated() {
                let time = first + Int64(number) * step
                try take(vector, time, time.subtractingSaturated(offset), step, snapshot, budget)
            }
            at += Int64(count)
        }
        for place in histories.indices { close(place, end) }
    }

    private mutating func take(
        _ vector: RuleVector, _ time: Int64, _ dataTime: Int64, _ step: Int64, _ snapshot: any EngineSnapshot,
        _ budget: QueryBudget
    ) throws(RuleQueryError) {
        let pass = RulePass(
            rule: rule, group: group, options: options, time: time, dataTime: dataTime, snapshot: snapshot,
            budget: budget)
        let limit = pass.limit
        try pass.check(vector)
        let excess = tracker.update(
            try pass.found(vector), at: time, holdFor: rule.holdFor, keepFiringFor: rule.keepFiringFor, limit: limit)
        if let excess { throw RuleQueryError("exceeded limit of \(limit) with \(excess) alerts") }
        var isThere = [Bool](repeating: false, count: histories.count)
        for alert in tracker.active.values {
            guard let place = places[alert.labels] ?? newPlace(alert) else { continue }
            if place < isThere.count { isThere[place] = true }
            note(alert, place, time)
        }
        // What was pending and holds no more is forgotten at once.
        for place in isThere.indices where !isThere[place] { close(place, time) }
    }

    /// Goes on with the alert's period, or ends it and begins the next.
    private mutating func note(_ alert: ActiveAlert, _ place: Int, _ time: Int64) {
        if let open = histories[place].periods.last, open.to == .max {
            if open.state == alert.state { return }
            histories[place].periods[histories[place].periods.count - 1].to = time
        }
        guard alert.state != .inactive else { return }
        guard periodCount < RuleReplay.mostPeriods else { return isCut = true }
        periodCount += 1
        histories[place].periods.append(Period(state: alert.state, from: time, to: .max))
    }

    private mutating func newPlace(_ alert: ActiveAlert) -> Int? {
        if alert.state == .inactive { return nil }
        guard histories.count < RuleReplay.mostAlerts else {
            isCut = true
            return nil
        }
        places[alert.labels] = histories.count
        histories.append(History(labels: alert.labels))
        return histories.count - 1
    }

    private mutating func close(_ place: Int, _ time: Int64) {
        let last = histories[place].periods.count - 1
        if last >= 0, histories[place].periods[last].to == .max { histories[place].periods[last].to = time }
    }
}

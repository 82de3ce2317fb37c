internal import TeleDisk
internal import TeleEngine

/// What is counted of queries.
package final class QueryMetrics: Sendable {
    /// Whose API a query came by, told by its route.
    package enum API: String, Sendable, CaseIterable {
        case prometheus, loki, tempo, jaeger, zipkin, alertmanager, tele

        init(template: String) {
            let first = template.split(separator: "/").first.map(String.init) ?? ""
            self = API(rawValue: first) ?? (template.hasPrefix("/api/tele/") ? .tele : .prometheus)
        }
    }

    package let started = Counter()
    private let answered = API.allCases.map { _ in Counter() }
    /// Answered 500 and above.
    package let failed = Counter()
    /// Refused because too many run and wait.
    package let refused = Counter()
    /// Whose client went away.
    package let cancelled = Counter()
    package let overBudget = Counter()
    package let outOfTime = Counter()
    /// Rows and samples that were looked at.
    package let rows = Counter()
    package let durations = DurationHistogram()
    private let running = Guarded<[ObjectIdentifier: QueryRun]>([:])

    package func answered(_ api: API) -> Int { API.allCases.firstIndex(of: api).map { answered[$0].value } ?? 0 }

    package var finished: Int { answered.reduce(0) { $0 + $1.value } }

    /// Bytes that the queries which run hold for their answers.
    package var heldBytes: Int { running.value.values.reduce(0) { $0 + $1.heldBytes } }

    func begin(_ run: QueryRun) {
        started.add()
        running.withLock { $0[ObjectIdentifier(run)] = run }
    }

    func end(_ run: QueryRun, _ api: API, status: Int, duration: Duration) {
        _ = running.withLock { $0.removeValue(forKey: ObjectIdentifier(run)) }
        durations.observe(duration)
        if let at = API.allCases.firstIndex(of: api) { answered[at].add() }
        if status >= 500 { failed.add() }
        if run.isCancelled { cancelled.add() }
        let outcome = run.outcome
        rows.add(outcome.rows)
        if outcome.isOverBudget { overBudget.add() }
        if outcome.isOutOfTime { outOfTime.add() }
    }
}

import CoreMetrics

/// The convention for circuit breakers' metrics; `telectl breakers` reads it. Every one has `breaker.name`.
///
/// | metric | what |
/// |---|---|
/// | `circuit_breaker.state` | gauge: 0 closed, 1 half open, 2 open |
/// | `circuit_breaker.transitions{breaker.state}` | times that it became `open`, `half_open`, `closed` |
/// | `circuit_breaker.calls{breaker.outcome}` | `success`, `failure`, `rejected` (not made) |
/// | `circuit_breaker.retries` | calls that repeated an earlier one |
/// | `circuit_breaker.deadline_exceeded` | calls that ended because time was up |
struct BreakerMetrics: Sendable {
    private let factory: any MetricsFactory
    private var known: [String: (instruments: BreakerInstruments, last: BreakerCounts)] = [:]

    init(_ factory: any MetricsFactory, names: [String] = []) {
        self.factory = factory
        for name in names { update(name: name, BreakerCounts()) }
    }

    mutating func update(name: String, _ counts: BreakerCounts) {
        var one = known[name] ?? (BreakerInstruments(name: name, factory: factory), BreakerCounts())
        one.instruments.report(counts, since: one.last)
        one.last = counts
        known[name] = one
    }
}

struct BreakerInstruments: Sendable {
    private let state: Meter
    private let retries: Counter
    private let deadline: Counter
    private let transitions: [Counter]
    private let calls: [Counter]

    init(name: String, factory: any MetricsFactory) {
        let own = ("breaker.name", name)
        func counter(_ label: String, _ more: [(String, String)] = []) -> Counter {
            Counter(label: "circuit_breaker.\(label)", dimensions: [own] + more, factory: factory)
        }
        state = Meter(label: "circuit_breaker.state", dimensions: [own], factory: factory)
        retries = counter("retries")
        deadline = counter("deadline_exceeded")
        transitions = ["open", "half_open", "closed"].map { counter("transitions", [("breaker.state", $0)]) }
        calls = ["success", "failure", "rejected"].map { counter("calls", [("breaker.outcome", $0)]) }
    }

    func report(_ now: BreakerCounts, since last: BreakerCounts) {
        state.set(now.state.rawValue)
        func add(_ counter: Counter, _ count: KeyPath<BreakerCounts, UInt64>) {
            counter.increment(by: Int64(clamping: now[keyPath: count] &- last[keyPath: count]))
        }
        add(retries, \.retries)
        add(deadline, \.deadlineExceeded)
        for (counter, count) in zip(transitions, [\BreakerCounts.openings, \.halfOpenings, \.closings]) {
            add(counter, count)
        }
        for (counter, count) in zip(calls, [\BreakerCounts.succeeded, \.failed, \.rejected]) { add(counter, count) }
    }
}

import Synchronization
import TeleAlert
import TeleEngine
import TeleModel
import TeleQuery
import TeleTestKit
import Testing

/// A store in memory, threads that are none, and a sink that remembers.
final class RuleBench: Sendable {
    final class Sink: AlertSink {
        let alerts = Mutex([Alert]())
        func send(_ alerts: [Alert]) async { self.alerts.withLock { $0 += alerts } }
    }

    final class Threads: RuleThreads {
        let lanes = Mutex([String]())
        func run<Result: Sendable>(
            _ lane: RuleLane, _ body: @escaping @Sendable () -> Result
        ) async throws -> Result {
            lanes.withLock { $0.append("\(lane)") }
            return body()
        }
    }

    struct Clock: RuleClock {
        var now: Int64 { 0 }
        func sleep(milliseconds: Int64) async throws {}
    }

    let engine = MemoryEngine()
    let sink = Sink()
    let threads = Threads()
    let events = Mutex([String]())
    /// Queries with less than a second run out of time at once.
    let fastBudgetIsSpent = Mutex(false)
    let options = RuleOptions()

    var context: RuleContext {
        RuleContext(
            engine: engine, sink: sink, threads: threads, clock: Clock(),
            makeBudget: { timeout in
                let isSpent = timeout < 1000 && self.fastBudgetIsSpent.withLock { $0 }
                return QueryBudget(timeout: isSpent ? .zero : .seconds(60))
            }, log: { event in self.events.withLock { $0.append(event.rule ?? "") } })
    }

    /// A group of the rules of a YAML list.
    func group(_ rules: String, limit: Int = 0) throws -> RunningGroup {
        let indented = rules.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        let file = RuleFile(
            yaml: "groups:\n- name: g\n  limit: \(limit)\n  rules:\n\(indented)\n", name: "test.yaml")
        try #require(file.problems.isEmpty, "\(file.problems)")
        return RunningGroup(file.groups[0], options: options)
    }

    func write(_ name: String, _ labels: [(String, String)], at time: Int64, _ value: Double) {
        engine.append(
            LabelSet([("__name__", name)] + labels.map { (name: $0.0, value: $0.1) }), times: [time], values: [value])
    }

    /// `{labels} value` of each series of a name, as a query at the time sees them.
    func values(_ name: String, at time: Int64) throws -> [String] {
        let query = try PromQuery("{__name__=\"\(name)\"}")
        let answer = try query.instant(at: time, snapshot: engine.snapshot(), budget: QueryBudget())
        return try RuleVector(answer).samples.map { sample in
            "{" + sample.labels.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: ",") + "} \(sample.value)"
        }
    }
}

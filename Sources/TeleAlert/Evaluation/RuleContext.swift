package import TeleEngine

/// What evaluations work with.
package struct RuleContext: Sendable {
    package var engine: any StorageEngine
    package var sink: any AlertSink
    package var threads: any RuleThreads
    package var clock: any RuleClock
    /// A budget with the configured limits and this time (milliseconds).
    package var makeBudget: @Sendable (_ timeout: Int64) -> QueryBudget
    /// What an operator should hear of.
    package var log: @Sendable (RuleEvent) -> Void

    package init(
        engine: any StorageEngine, sink: any AlertSink, threads: any RuleThreads, clock: any RuleClock,
        makeBudget: @escaping @Sendable (_ timeout: Int64) -> QueryBudget,
        log: @escaping @Sendable (RuleEvent) -> Void = { _ in }
    ) {
        self.engine = engine
        self.sink = sink
        self.threads = threads
        self.clock = clock
        self.makeBudget = makeBudget
        self.log = log
    }
}

/// A rule began to fail, or what a group wrote was not stored.
package struct RuleEvent: Sendable {
    package var group: RuleGroup.Key
    package var rule: String?
    package var message: String
}

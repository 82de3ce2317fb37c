/// Threads that queries of rules may block: never those of the cooperative pool.
package protocol RuleThreads: Sendable {
    /// Throws where the threads are gone, at the end of the process.
    func run<Result: Sendable>(
        _ lane: RuleLane, _ body: @escaping @Sendable () -> Result
    ) async throws -> Result
}

/// Two sets of threads, so that groups whose queries are quick are on time whatever the others do.
package enum RuleLane: Sendable {
    /// A query that takes longer than ``fastTimeout`` is given up here and begun anew in the other lane.
    case fast
    case slow

    /// Milliseconds.
    static let fastTimeout: Int64 = 500
}

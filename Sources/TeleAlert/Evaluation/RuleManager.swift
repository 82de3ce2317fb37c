internal import Synchronization

/// All groups that run: loads them, reloads them, and evaluates each on its own grid.
package final class RuleManager: Sendable {
    package let metrics = RuleMetrics()
    private let running = Mutex([RunningGroup]())
    private let starts: AsyncStream<RunningGroup>
    private let startsContinuation: AsyncStream<RunningGroup>.Continuation

    package init() {
        (starts, startsContinuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// In the order of the files.
    package var groups: [RunningGroup] { running.withLock { $0 } }

    /// Puts other groups in place. One that is unchanged runs on; one that is changed takes its rules' states along.
    package func load(_ groups: [RuleGroup], options: RuleOptions) {
        let started = running.withLock { running in
            let old = Dictionary(running.map { ($0.group.key, $0) }) { first, _ in first }
            var kept: Set<RuleGroup.Key> = []
            var started: [RunningGroup] = []
            let new = groups.map { group in
                kept.insert(group.key)
                let known = old[group.key]
                if let known, known.group.isSame(as: group), known.options == options { return known }
                let next = RunningGroup(group, options: options, metrics: metrics)
                if let known { next.replace(known) }
                started.append(next)
                return next
            }
            for gone in running where !kept.contains(gone.group.key) { _ = gone.retire() }
            running = new
            return started
        }
        for group in started { startsContinuation.yield(group) }
    }

    /// Evaluates until the task is cancelled. Called once.
    package func run(_ context: RuleContext) async {
        await withDiscardingTaskGroup { tasks in
            for await group in starts { tasks.addTask { await group.run(context) } }
            tasks.cancelAll()
        }
    }
}

extension RunningGroup {
    /// Takes the place of a group; at once, or as soon as it is idle.
    fileprivate func replace(_ old: RunningGroup) {
        old.state.withLock { $0.isReplaced = true }
        predecessor.withLock { $0 = old }
        if old.retire(), old.hasNoPredecessor { adopt(old) }
    }
}

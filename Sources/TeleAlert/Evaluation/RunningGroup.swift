internal import Synchronization
internal import TeleModel

/// A group that is evaluated: what it is, and where it stands. One evaluation at a time.
package final class RunningGroup: Sendable {
    package let group: RuleGroup
    package let options: RuleOptions
    package let metrics: RuleMetrics
    let state: Mutex<GroupState>
    /// Who had this name before a reload, until its last evaluation is over.
    let predecessor: Mutex<RunningGroup?>

    package init(_ group: RuleGroup, options: RuleOptions, metrics: RuleMetrics = RuleMetrics()) {
        self.group = group
        self.options = options
        self.metrics = metrics
        state = Mutex(GroupState(count: group.rules.count))
        predecessor = Mutex(nil)
    }

    /// Milliseconds.
    package var interval: Int64 { group.interval ?? options.interval }
    package var queryOffset: Int64 { group.queryOffset ?? options.queryOffset }

    /// The first time of the group's own grid after `time`. Unix milliseconds.
    package func firstTime(after time: Int64) -> Int64 {
        let offset = Int64(group.hash % UInt64(interval))
        let base = time.subtractingSaturated(offset)
        let aligned = base - ((base % interval) + interval) % interval + offset
        return aligned > time ? aligned : aligned.addingSaturated(interval)
    }

    /// A copy of what is known, for answers.
    package var status: GroupStatus {
        let source = predecessor.withLock { $0 } ?? self
        guard source === self else { return source.status }
        return state.withLock {
            GroupStatus(
                rules: $0.rules, lastEvaluation: $0.lastEvaluation, duration: $0.duration, missed: $0.missed)
        }
    }

    /// There was nothing before: an input that is called `ALERTS_FOR_STATE` is one like any other.
    func skipRestoration() {
        state.withLock { $0.isRestored = $0.isRestored.map { _ in true } }
    }

    // MARK: Reload

    /// Evaluates no more after what is under way. True where nothing is.
    func retire() -> Bool {
        state.withLock {
            $0.isRetired = true
            return !$0.isEvaluating
        }
    }

    var isIdle: Bool { state.withLock { !$0.isEvaluating } && hasNoPredecessor }
    var hasNoPredecessor: Bool { predecessor.withLock { $0 == nil } }
    var isRetired: Bool { state.withLock { $0.isRetired } }

    /// Takes over what the group of the same name knew. It has to be idle and retired.
    func adopt(_ old: RunningGroup) {
        let known = old.state.withLock { $0 }
        state.withLock { $0.adopt(known, from: old.group.rules, to: group.rules) }
        predecessor.withLock { $0 = nil }
    }
}

/// What is known of a group between two evaluations.
package struct GroupStatus: Sendable {
    package var rules: [RuleStatus]
    /// Unix milliseconds; 0 before the first.
    package var lastEvaluation: Int64
    /// Seconds.
    package var duration: Double
    /// Evaluations that were left out because the one before took too long.
    package var missed: Int
}

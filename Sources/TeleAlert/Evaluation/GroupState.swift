internal import TeleModel

/// What a running group remembers from one evaluation to the next.
struct GroupState: Sendable {
    var rules: [RuleStatus]
    /// Series that each rule wrote the last time: what is missing the next time ends with a staleness marker.
    var written: [Set<LabelSet>]
    /// Whether a rule has looked for what was before a restart.
    var isRestored: [Bool]
    /// Series and alerts of rules that a reload took away: ended at the next evaluation.
    var orphans: Set<LabelSet> = []
    var orphanAlerts: [ActiveAlert] = []
    /// Unix milliseconds; 0 before the first.
    var lastEvaluation: Int64 = 0
    /// Seconds.
    var duration = 0.0
    var missed = 0
    var isEvaluating = false
    /// A reload has put another group, or none, in its place.
    var isRetired = false
    /// It is a group of the same name that was put in its place.
    var isReplaced = false
    /// The last evaluation needed the slow lane.
    var isSlow = false

    init(count: Int) {
        rules = Array(repeating: RuleStatus(), count: count)
        written = Array(repeating: [], count: count)
        isRestored = Array(repeating: false, count: count)
    }

    /// Takes over what a group of the same name knew: rules that are the same go on, whatever else has changed.
    mutating func adopt(_ old: GroupState, from oldRules: [Rule], to newRules: [Rule]) {
        var places: [Rule.Identity: [Int]] = [:]
        for (i, rule) in oldRules.enumerated() { places[rule.identity, default: []].append(i) }
        var taken: Set<Int> = []
        for (i, rule) in newRules.enumerated() {
            guard var list = places[rule.identity], !list.isEmpty else { continue }
            let from = list.removeFirst()
            places[rule.identity] = list
            taken.insert(from)
            rules[i] = old.rules[from]
            written[i] = old.written[from]
            isRestored[i] = old.isRestored[from]
        }
        orphans.formUnion(old.orphans)
        orphanAlerts += old.orphanAlerts
        for i in oldRules.indices where !taken.contains(i) { orphan(old, i) }
        (lastEvaluation, duration, missed, isSlow) = (old.lastEvaluation, old.duration, old.missed, old.isSlow)
    }

    private mutating func orphan(_ old: GroupState, _ rule: Int) {
        orphans.formUnion(old.written[rule])
        orphanAlerts += old.rules[rule].tracker.active.values.filter { $0.state == .firing }
    }

    /// The whole group goes.
    mutating func orphanAll() {
        for i in rules.indices { orphan(self, i) }
        self.rules = rules.map { _ in RuleStatus() }
        written = written.map { _ in [] }
    }
}

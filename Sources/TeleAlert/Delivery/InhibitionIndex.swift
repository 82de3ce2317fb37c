internal import TeleModel

/// Which alerts may hold back others: for each rule, the sources by the labels that have to be equal.
struct InhibitionIndex: Sendable {
    private let rules: [InhibitRule]
    private var sources: [[[String]: Set<UInt64>]]

    init(_ rules: [InhibitRule]) {
        self.rules = rules
        sources = rules.map { _ in [:] }
    }

    mutating func add(_ labels: LabelSet, _ fingerprint: UInt64) {
        for (i, rule) in rules.enumerated() where rule.sources.accept(labels) {
            sources[i][rule.key(labels), default: []].insert(fingerprint)
        }
    }

    mutating func remove(_ labels: LabelSet, _ fingerprint: UInt64) {
        for (i, rule) in rules.enumerated() where rule.sources.accept(labels) {
            let key = rule.key(labels)
            sources[i][key]?.remove(fingerprint)
            if sources[i][key]?.isEmpty == true { sources[i][key] = nil }
        }
    }

    /// The alert that holds this one back. An alert that both sides of a rule accept is not held back by its like, so
    /// that nothing inhibits itself.
    func inhibiting(_ labels: LabelSet, at now: Int64, _ alerts: [UInt64: HeldAlert]) -> UInt64? {
        for (i, rule) in rules.enumerated() where rule.targets.accept(labels) {
            guard let candidates = sources[i][rule.key(labels)] else { continue }
            let isSource = rule.sources.accept(labels)
            let hit = candidates.first { candidate in
                guard let source = alerts[candidate], !source.isResolved(at: now) else { return false }
                return !(isSource && rule.targets.accept(source.alert.labels))
            }
            if let hit { return hit }
        }
        return nil
    }
}

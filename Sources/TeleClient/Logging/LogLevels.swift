import Logging
import Synchronization

/// Levels that `telectl loglevel` has set for labels of this process; each ends by itself.
final class LogLevels: Sendable {
    struct Rule: Sendable, Equatable {
        /// A logger's label; one that ends in `*` means all that begin like it.
        var label: String
        var level: Logger.Level
        var until: ContinuousClock.Instant
    }

    /// Read for every log call: no lock while there is no rule, which is nearly always.
    private let hasRules = Atomic(false)
    private let rules = Locked<[Rule]>([])
    private let clock: ClientClock

    init(clock: ClientClock) { self.clock = clock }

    @inline(__always)
    func level(of label: String, own: Logger.Level) -> Logger.Level {
        guard hasRules.load(ordering: .relaxed) else { return own }
        return ruled(label) ?? own
    }

    /// The rule that names the label itself, else the longest beginning.
    private func ruled(_ label: String) -> Logger.Level? {
        let now = clock.now()
        return rules.withLock { rules in
            rules.removeAll { $0.until <= now }
            if rules.isEmpty { hasRules.store(false, ordering: .relaxed) }
            return rules.filter { $0.matches(label) }.max { $0.weight < $1.weight }?.level
        }
    }

    func replace(_ new: [Rule]) {
        rules.withLock { rules in
            rules = Array(new.prefix(ClientLimits.levelRules))
            hasRules.store(!rules.isEmpty, ordering: .relaxed)
        }
    }

    /// teled's answer: a rule a line, `LEVEL<tab>SECONDS<tab>LABEL`; lines that are something else are left out.
    static func parse(_ text: String, now: ContinuousClock.Instant) -> [Rule] {
        text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let level = Logger.Level(rawValue: String(parts[0])), let seconds = Int64(parts[1]),
                (1...ClientLimits.levelSeconds).contains(seconds), !parts[2].isEmpty
            else { return nil }
            return Rule(label: String(parts[2]), level: level, until: now + .seconds(seconds))
        }
    }
}

extension LogLevels.Rule {
    fileprivate func matches(_ name: String) -> Bool {
        label.hasSuffix("*") ? name.hasPrefix(label.dropLast()) : name == label
    }

    fileprivate var weight: Int { label.hasSuffix("*") ? label.utf8.count - 1 : .max }
}

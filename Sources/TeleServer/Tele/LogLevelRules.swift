internal import TeleAPI
internal import TeleDisk

/// The log levels that are set for services right now. In memory only: each ends by itself, and after a restart the
/// services are back at their own levels.
package final class LogLevelRules: Sendable {
    private struct Rule: Sendable {
        var service: String
        var label: String
        var level: String
        /// Unix nanoseconds.
        var until: UInt64
    }

    private let rules = Guarded([Rule]())

    static let most = 1_000
    static let longest: UInt64 = 86_400_000_000_000
    static let nameBytes = 256

    package init() {}

    /// What is in force; nil for all services.
    func current(service: String?, now: UInt64) -> [TeleLogLevel] {
        rules.withLock { rules in
            rules.removeAll { $0.until <= now }
            return rules.filter { service == nil || $0.service == service }
                .map {
                    // Rounded up: a rule that has not ended has a second left.
                    let seconds = Int64(($0.until - now + 999_999_999) / 1_000_000_000)
                    return TeleLogLevel(service: $0.service, label: $0.label, level: $0.level, seconds: seconds)
                }
                .sorted { ($0.service, $0.label) < ($1.service, $1.label) }
        }
    }

    /// - Parameter level: nil takes the rule away.
    /// - Returns: false when there are too many.
    func set(service: String, label: String, level: String?, for length: UInt64, now: UInt64) -> Bool {
        rules.withLock { rules in
            rules.removeAll { $0.until <= now || ($0.service == service && $0.label == label) }
            guard let level else { return true }
            guard rules.count < LogLevelRules.most else { return false }
            rules.append(Rule(service: service, label: label, level: level, until: now &+ length))
            return true
        }
    }
}

internal import TeleDisk

/// What was found damaged, each part once, for `/ready`, `/metrics` and the log.
final class DamageLog: Sendable {
    private struct State {
        var seen: Set<String> = []
        var entries: [StoreDamage] = []
    }

    private let state = Guarded(State())
    /// Enough to name what is broken; the count goes on.
    private static let kept = 1_000

    func report(_ entry: SegmentEntry, part: String, _ damage: SegmentDamage) {
        report(path: entry.path, part: part, message: damage.message)
    }

    func report(path: String, part: String, message: String) {
        state.withLock { state in
            guard state.seen.insert("\(path) \(part)").inserted else { return }
            if state.entries.count < DamageLog.kept {
                state.entries.append(StoreDamage(path: path, part: part, message: message))
            }
        }
    }

    var entries: [StoreDamage] { state.withLock { $0.entries } }
    var count: Int { state.withLock { $0.seen.count } }
}

/// One damaged place: within which file of the data folder, which part of it, and why it can't be read.
package struct StoreDamage: Equatable, Sendable {
    package var path: String
    package var part: String
    package var message: String
}

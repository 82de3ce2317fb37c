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
    private let notice: @Sendable (StoreNotice) -> Void

    init(notice: @escaping @Sendable (StoreNotice) -> Void = { _ in }) { self.notice = notice }

    func report(_ entry: SegmentEntry, part: String, _ damage: SegmentDamage) {
        report(path: entry.path, part: part, message: damage.message)
    }

    func report(path: String, part: String, message: String) {
        let found = StoreDamage(path: path, part: part, message: message)
        let isNew = state.withLock { state in
            guard state.seen.insert("\(path) \(part)").inserted else { return false }
            guard state.entries.count < DamageLog.kept else { return false }
            state.entries.append(found)
            return true
        }
        if isNew { notice(.damaged(found)) }
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

package import TeleModel

/// The silences, and what may be done to them. Each change gives the silences that are to be stored.
package struct SilenceTable: Sendable {
    package private(set) var silences: [String: Silence] = [:]
    /// Those that are not expired: what each alert is matched with.
    private var current: [Silence] = []

    package init() {}

    /// The ids of the silences that hold an alert back.
    package func silencing(_ labels: LabelSet, at now: Int64) -> [String] {
        current.filter { $0.startsAt <= now && now < $0.endsAt && $0.matchers.accept(labels) }.map(\.id).sorted()
    }

    /// Takes what was stored by an earlier process.
    package mutating func restore(_ silence: Silence) { put(silence) }

    /// As Alertmanager's POST: a silence with an id that is known is changed where that does not rewrite what already
    /// happened; otherwise the old one ends and one with a new id is made. `makeID` gives it.
    package mutating func set(
        _ wanted: Silence, now: Int64, makeID: () -> String
    ) throws(SilenceProblem) -> (id: String, changed: [Silence]) {
        try SilenceTable.check(wanted, now)
        var silence = wanted
        silence.updatedAt = now
        var changed: [Silence] = []
        if !wanted.id.isEmpty {
            guard let old = silences[wanted.id] else { throw .notFound }
            if SilenceTable.canChange(old, to: wanted, now) {
                // What a client sends back may have lost what is below a second.
                if old.state(at: now) == .active { silence.startsAt = old.startsAt }
                put(silence)
                return (silence.id, [silence])
            }
            if old.state(at: now) != .expired { changed.append(end(old, now)) }
        }
        guard silences.count < AlertingLimits.silences else { throw .refused("there are too many silences") }
        silence.id = makeID()
        silence.startsAt = max(silence.startsAt, now)
        put(silence)
        return (silence.id, changed + [silence])
    }

    /// Ends a silence now; nil where it has ended.
    package mutating func expire(_ id: String, now: Int64) throws(SilenceProblem) -> Silence? {
        guard let old = silences[id] else { throw .notFound }
        return old.state(at: now) == .expired ? nil : end(old, now)
    }

    /// Forgets silences that ended long ago; their ids.
    package mutating func forget(now: Int64) -> [String] {
        let old = silences.values.filter { $0.endsAt.addingSaturated(AlertingLimits.retention) < now }.map(\.id)
        for id in old { silences[id] = nil }
        current.removeAll { $0.endsAt <= now }
        return old
    }

    private mutating func end(_ silence: Silence, _ now: Int64) -> Silence {
        var ended = silence
        ended.startsAt = min(silence.startsAt, now)
        ended.endsAt = now
        ended.updatedAt = now
        put(ended)
        return ended
    }

    private mutating func put(_ silence: Silence) {
        silences[silence.id] = silence
        current.removeAll { $0.id == silence.id }
        current.append(silence)
    }

    private static func canChange(_ old: Silence, to new: Silence, _ now: Int64) -> Bool {
        func texts(_ silence: Silence) -> [String] { silence.matchers.map(MatcherText.text) }
        guard texts(old) == texts(new) else { return false }
        return switch old.state(at: now) {
        case .active: new.startsAt / 1000 == old.startsAt / 1000 && new.endsAt >= now
        case .pending: new.startsAt >= now
        case .expired: false
        }
    }

    private static func check(_ silence: Silence, _ now: Int64) throws(SilenceProblem) {
        guard !silence.matchers.isEmpty else { throw .refused("invalid silence: at least one matcher required") }
        guard silence.matchers.count <= AlertingLimits.matchers else { throw .refused("too many matchers") }
        guard silence.matchers.contains(where: { !$0.accepts("") }) else {
            throw .refused("invalid silence: at least one matcher must not match the empty string")
        }
        guard silence.startsAt < silence.endsAt else {
            throw .refused("Failed to create silence: start time must be before end time")
        }
        guard silence.endsAt > now else {
            throw .refused("Failed to create silence: end time can't be in the past")
        }
        guard [silence.comment, silence.createdBy].allSatisfy({ $0.utf8.count <= AlertingLimits.textBytes }) else {
            throw .refused("a comment or author is longer than \(AlertingLimits.textBytes) bytes")
        }
    }
}

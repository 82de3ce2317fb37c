internal import TeleDisk

/// How much was refused within the last minutes: counters, looked at every few seconds.
final class RefusalWatch: Sendable {
    struct Kind: Hashable, Sendable {
        var reason: String
        /// Empty where a request was refused as a whole.
        var signal: String
    }

    /// How far back, milliseconds.
    static let window: Int64 = 300_000
    private struct Look: Sendable {
        var time: Int64
        var counts: [Kind: Int]
    }

    private let looks = Guarded([Look]())

    /// Takes the counts of a time in (unix milliseconds) and gives what they rose by within the window. The first time
    /// is compared with none: counters begin with the process.
    func rise(_ counts: [Kind: Int], at time: Int64) -> [Kind: Int] {
        looks.withLock { looks in
            // A clock that was set back begins anew.
            if let last = looks.last, last.time > time { looks = [] }
            // The last look that is older than the window stays: what it had is what the window began with.
            while looks.count > 1, time - looks[1].time >= RefusalWatch.window { looks.removeFirst() }
            let base = looks.first.map { time - $0.time >= RefusalWatch.window ? $0.counts : [:] } ?? [:]
            looks.append(Look(time: time, counts: counts))
            var out: [Kind: Int] = [:]
            for (kind, count) in counts where count > base[kind] ?? 0 { out[kind] = count - (base[kind] ?? 0) }
            return out
        }
    }
}

internal import TeleModel

/// What is to be deleted, as plain data. Of the scans `time`, `resources` and `conditions` count; fingerprints are those
/// known now, since what comes later is never deleted.
///
/// A deletion takes only what it is sure of: where a condition of a scan passes values that it can't decide (a body
/// that is no string, `orNested`), those are not deleted.
package enum Deletion: Sendable {
    case logs(LogScan)
    case spans(SpanScan)
    /// Exemplars as well. At least one matcher must not accept the empty value (checked by the caller, not here).
    case samples(SeriesSelection)
}

/// A deletion in force, or one of the last that were.
package struct Tombstone: Sendable {
    package enum State: UInt8, Sendable {
        /// What it takes is hidden from every query, and still on disk: it can be cancelled.
        case hiding = 1
        /// What it took is gone from the disk.
        case done = 2
    }

    /// Rising, never used twice.
    package var id: UInt64
    /// Unix nanoseconds.
    package var created: UInt64
    package var deletion: Deletion
    /// The caller's own words, kept as they are: a query, who asked.
    package var note: String
    package var state: State

    package init(id: UInt64, created: UInt64, deletion: Deletion, note: String, state: State = .hiding) {
        self.id = id
        self.created = created
        self.deletion = deletion
        self.note = note
        self.state = state
    }
}

extension LogCondition {
    /// The condition without what passes for want of a decision; bodies are looked at apart.
    package var decided: LogCondition {
        if case .attribute(let scope, let key, let test) = self { return .attribute(scope, key: key, test.decided) }
        return self
    }

    /// Whether it looks at the body: one that is no string passes a scan, and is not deleted.
    package var needsTextBody: Bool {
        switch self {
        case .bodyContains, .bodyContainsNot, .bodyMatches, .bodyMatchesNot: true
        case .traceID, .spanID, .severity, .attribute: false
        }
    }
}

extension SpanCondition {
    package var decided: SpanCondition {
        switch self {
        case .name(let test): .name(test.decided)
        case .attribute(let scope, let key, let test): .attribute(scope, key: key, test.decided)
        case .kind, .status, .duration, .isRoot: self
        }
    }
}

extension ValueTest {
    package var decided: ValueTest {
        var test = self
        while case .orNested(let inner) = test { test = inner }
        return test
    }
}

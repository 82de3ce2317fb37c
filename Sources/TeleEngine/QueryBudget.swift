internal import Synchronization

/// What one query may cost. Shared by everything that works on it; charging is thread-safe.
/// Checked by the engine for every block it reads and by evaluators for what they build.
package final class QueryBudget: Sendable {
    package let maxRows: Int
    package let maxBytes: Int
    package let deadline: ContinuousClock.Instant
    private let rowsUsed = Atomic<Int>(0)
    private let bytesUsed = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)
    private let exceeded = Atomic<Bool>(false)
    private let outOfTime = Atomic<Bool>(false)

    /// `maxRows`: rows or samples looked at; `maxBytes`: bytes held for the answer at once.
    package init(maxRows: Int = 1 << 40, maxBytes: Int = 1 << 30, timeout: Duration = .seconds(120)) {
        self.maxRows = maxRows
        self.maxBytes = maxBytes
        deadline = .now + timeout
    }

    package var rows: Int { rowsUsed.load(ordering: .relaxed) }
    package var bytes: Int { bytesUsed.load(ordering: .relaxed) }

    /// Whether a charge was refused for rows or bytes.
    package var wasExceeded: Bool { exceeded.load(ordering: .relaxed) }
    /// Whether a charge was refused for the deadline.
    package var wasOutOfTime: Bool { outOfTime.load(ordering: .relaxed) }

    package func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Charges work done and checks every limit. Call a block, never a row.
    package func charge(rows: Int = 0, bytes: Int = 0) throws(EngineError) {
        if isCancelled.load(ordering: .relaxed) { throw .cancelled }
        if rowsUsed.add(rows, ordering: .relaxed).newValue > maxRows {
            exceeded.store(true, ordering: .relaxed)
            throw .overBudget("the query looks at more than \(maxRows) rows (query.max_rows)")
        }
        if bytesUsed.add(bytes, ordering: .relaxed).newValue > maxBytes {
            exceeded.store(true, ordering: .relaxed)
            throw .overBudget("the query needs more than \(maxBytes) bytes (query.max_bytes)")
        }
        if ContinuousClock.now > deadline {
            outOfTime.store(true, ordering: .relaxed)
            throw .deadlineExceeded
        }
    }

    /// Gives back bytes that are no longer held.
    package func release(bytes: Int) { bytesUsed.subtract(bytes, ordering: .relaxed) }
}

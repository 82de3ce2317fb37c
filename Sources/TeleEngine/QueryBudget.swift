internal import Synchronization

/// What one query may cost. Shared by everything that works on it; charging is thread-safe.
/// Checked by the engine for every block it reads and by evaluators for what they build.
package final class QueryBudget: Sendable {
    package let maxRows: Int
    package let maxBytes: Int
    package let maxSeries: Int
    package let deadline: ContinuousClock.Instant
    private let rowsUsed = Atomic<Int>(0)
    private let bytesUsed = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)
    private let exceeded = Atomic<Bool>(false)
    private let outOfTime = Atomic<Bool>(false)
    /// What other queries take of too.
    package let pool: MemoryPool?

    /// `maxRows`: rows or samples looked at; `maxBytes`: bytes held for the answer at once; `maxSeries`: series of one
    /// selector. What is still held when the budget ends goes back to the pool.
    package init(
        maxRows: Int = 1 << 40, maxBytes: Int = 1 << 30, maxSeries: Int = 1 << 40, timeout: Duration = .seconds(120),
        pool: MemoryPool? = nil
    ) {
        self.maxRows = maxRows
        self.maxSeries = maxSeries
        self.maxBytes = maxBytes
        self.pool = pool
        deadline = .now + timeout
    }

    deinit { pool?.give(bytes) }

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
        if bytes != 0 { try hold(bytes) }
        if ContinuousClock.now > deadline {
            outOfTime.store(true, ordering: .relaxed)
            throw .deadlineExceeded
        }
    }

    /// Refuses more series than one selector may take.
    package func check(series: Int) throws(EngineError) {
        guard series > maxSeries else { return }
        exceeded.store(true, ordering: .relaxed)
        throw .overBudget("a selector of the query takes more than \(maxSeries) series (query.max_series)")
    }

    private func hold(_ bytes: Int) throws(EngineError) {
        let held = bytesUsed.add(bytes, ordering: .relaxed).newValue
        if held <= maxBytes, pool?.take(bytes) ?? true { return }
        bytesUsed.subtract(bytes, ordering: .relaxed)
        exceeded.store(true, ordering: .relaxed)
        if held > maxBytes { throw .overBudget("the query needs more than \(maxBytes) bytes (query.max_bytes)") }
        guard let pool, held <= pool.capacity else {
            throw .overBudget("the query needs more than \(pool?.capacity ?? 0) bytes, a quarter of memory")
        }
        throw .overloaded
    }

    /// Gives back bytes that are no longer held.
    package func release(bytes: Int) {
        bytesUsed.subtract(bytes, ordering: .relaxed)
        pool?.give(bytes)
    }
}

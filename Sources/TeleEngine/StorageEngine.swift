package import TeleModel

/// What any storage engine offers: the only thing that queries, rules and the server know of storage.
package protocol StorageEngine: Sendable {
    /// Each append returns when the batch is durable (as configured) and seen by every snapshot taken afterwards;
    /// it throws where nothing of the batch may be taken as stored. Never blocks a cooperative thread on disk.
    func append(_ batch: LogBatch) async throws(EngineError)
    func append(_ batch: SpanBatch) async throws(EngineError)
    func append(_ batch: SampleBatch) async throws(EngineError)

    /// One consistent view over head and segments: each record exactly once. Cheap; holds files while it lives.
    func snapshot() -> any EngineSnapshot

    // Deletes and copies: synchronous, as ``StorageEngine`` says of them in its extension.

    /// Hides from every later snapshot what the deletion selects of all that was acknowledged before the call. What is
    /// appended afterwards stays, whatever its times. In force for good, restarts and crashes included, when it
    /// returns; where it throws it is not in force, but may be after a crash. A day later (``cancelDeletion(_:)`` until
    /// then), or at ``cleanTombstones()``, what is hidden is removed from the disk.
    func delete(_ deletion: Deletion, note: String) throws(EngineError) -> Tombstone

    /// Deletions in force and the last thousand that are done, by id.
    func tombstones() -> [Tombstone]

    /// Brings back what a deletion hides; false where there is none of that id, or it is done already.
    func cancelDeletion(_ id: UInt64) throws(EngineError) -> Bool

    /// Removes from the disk what deletions hide, now. Those that can't be finished, because a segment is damaged, stay
    /// in force.
    func cleanTombstones() throws(EngineError)

    /// Copies all that is stored without stopping anything; without `withHeads`, only what is in segments already.
    func takeBackup(withHeads: Bool) throws(EngineError) -> BackupCopy

    /// The copies that are there, oldest first.
    func backups() throws(EngineError) -> [BackupCopy]
}

/// A view that does not change. Calls are synchronous, may read the disk and must not be made on a cooperative
/// thread: the server runs them on its query threads. All calls are safe from several threads at once.
package protocol EngineSnapshot: Sendable {
    /// The distinct log resources with records that may lie in the time range: a batch without rows, whose
    /// `core.resources` (and heap and keys) tell them. Duplicates by fingerprint do not occur.
    func logResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore
    func spanResources(time: Range<UInt64>, budget: QueryBudget) throws(EngineError) -> BatchCore

    /// The attribute keys of log records that may lie in the time range, more rather than fewer; nil where the engine
    /// does not know them without reading.
    func logAttributeKeys(time: Range<UInt64>) -> LogAttributeKeys?

    /// Calls with batches of matching rows, in the order asked for across all batches, until it returns false.
    /// No batch is empty; without matches it is never called.
    func scanLogs(_ scan: LogScan, budget: QueryBudget, _ body: (LogBatch) throws(EngineError) -> Bool)
        throws(EngineError)

    /// Counts log records without handing them over. Those that the engine can't count by what it was told (see
    /// ``LogCounting``) come to `undecided`, in no particular order, each once, and are not in the counts.
    func countLogs(
        _ counting: LogCounting, budget: QueryBudget, _ undecided: (LogBatch) throws(EngineError) -> Void
    ) throws(EngineError) -> LogCounts

    /// Counts log records by the templates of their lines, part by part of what is stored: lines are read where a
    /// condition asks for them, and nowhere else. Records whose template is not known without reading the line, or that
    /// the engine can't count by what it was told, come to `undecided`. Of the counting `countsBytes` means nothing, and
    /// severities are always told.
    func countTemplates(
        _ counting: LogCounting, budget: QueryBudget, _ body: (LogTemplates) throws(EngineError) -> Void,
        undecided: (LogBatch) throws(EngineError) -> Void
    ) throws(EngineError)

    func scanSpans(_ scan: SpanScan, budget: QueryBudget, _ body: (SpanBatch) throws(EngineError) -> Bool)
        throws(EngineError)

    /// Of the spans of a trace, ordered by start, at most `limit` from the `offset`th on, all columns: a trace may have
    /// more than a query can hold. Empty where there is none. Spans sent more than once with all columns equal are given
    /// once, as far as they come together; offsets count them as often as they were sent.
    func trace(_ id: TraceID, offset: Int, limit: Int, budget: QueryBudget) throws(EngineError) -> TraceSpans

    /// Trace ids that begin with these bits: the first `bits` bits of the id equal those of `prefix`. At most `limit`.
    func traceIDs(prefix: TraceID, bits: Int, limit: Int, budget: QueryBudget) throws(EngineError) -> [TraceID]

    /// Series and their samples in the time range; series without any are left out.
    func select(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> SeriesData

    /// The same in parts of whole series, in their order, until it returns false: who folds series needs a part in
    /// memory and no more. The bytes that a part was charged with are given back when the call returns.
    func select(
        _ selection: SeriesSelection, budget: QueryBudget, _ body: (SeriesData) throws(EngineError) -> Bool
    ) throws(EngineError)

    /// Label sets of series that have samples in the time range (or may have, at the granularity of segments).
    func series(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [LabelSet]

    func exemplars(_ selection: SeriesSelection, budget: QueryBudget) throws(EngineError) -> [ExemplarData]

    func metadata() -> [MetricMetadata]
}

extension EngineSnapshot {
    package func trace(_ id: TraceID, budget: QueryBudget) throws(EngineError) -> SpanBatch {
        // All of them.
        try trace(id, offset: 0, limit: .max, budget: budget).batch
    }

    package func select(
        _ selection: SeriesSelection, budget: QueryBudget, _ body: (SeriesData) throws(EngineError) -> Bool
    ) throws(EngineError) {
        let data = try select(selection, budget: budget)
        if data.count > 0 { _ = try body(data) }
    }
}

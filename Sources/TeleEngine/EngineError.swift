/// Why the engine could not do what was asked. The server maps each to a status once.
package enum EngineError: Error, Sendable, Equatable {
    /// No space left: 503 with Retry-After; reads go on.
    case diskFull
    /// The write-ahead log could not be written or synced; nothing of the request may be taken as stored.
    case writeFailed(String)
    /// Recovery is not done, or the engine is closing: 503.
    case notReady(String)
    /// The engine's memory is taken: 503 with Retry-After.
    case overloaded
    /// A query passed a limit of its budget (which one, and its value): 422.
    case overBudget(String)
    /// A query passed its deadline: 503.
    case deadlineExceeded
    /// The query's task was cancelled.
    case cancelled
    /// The batch breaks an invariant of its type: 400.
    case badBatch(String)
    /// Anything the caller can't help: 500.
    case failed(String)
}

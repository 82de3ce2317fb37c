package import TeleModel

/// What of a block was decoded.
package enum BlockPart: Hashable, Sendable {
    /// The whole block, all columns.
    case whole
    /// Times and resources of a log block.
    case logTimes
    /// Bodies: kinds, templates, what slots they have.
    case bodyTemplates
    /// Trace ids: which row has which, without the ids.
    case traceRows
    /// Times and resources of a span block.
    case spanTimes
    /// The spans of one trace, whole.
    case trace(TraceID)
    /// Pages as they were read and checked.
    case pages
    /// Bytes of the index of trace ids.
    case traceIndex
}

/// Keeps what a reader of a block has decoded for the next readers of the same block, as long as there is room. Safe
/// from several threads.
package protocol BlockMemory: Sendable {
    func value<Value: Sendable>(_ part: BlockPart, as type: Value.Type) -> Value?
    /// `bytes`: what the value takes in memory.
    func keep(_ value: some Sendable, bytes: Int, _ part: BlockPart)
}

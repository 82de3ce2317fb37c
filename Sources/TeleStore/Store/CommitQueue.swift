internal import TeleEngine
internal import TeleModel

/// Appends that wait for the next group commit.
struct CommitQueue {
    var waiting: [PendingAppend] = []
    var bytes = 0
    var isClosing = false

    /// The first ones, in order: at least one, and more up to so many bytes.
    mutating func take(_ limit: Int) -> [PendingAppend] {
        var count = 0
        var taken = 0
        while count < waiting.count, count == 0 || taken + waiting[count].payload.count <= limit {
            taken += waiting[count].payload.count
            count += 1
        }
        defer { waiting.removeFirst(count) }
        bytes -= taken
        return Array(waiting.prefix(count))
    }
}

/// One append: the batch, its bytes for the log, and who waits for it.
struct PendingAppend: Sendable {
    enum Content: Sendable {
        case logs(HeadBatch<LogSignal>)
        case spans(HeadBatch<SpanSignal>)
        case samples(SampleBatch)
    }

    var signal: Signal
    var content: Content
    var payload: [UInt8]
    var payloadSum: UInt32
    var finish: @Sendable (EngineError?) -> Void
}

/// What became of the records of one signal. At every moment `made + recovered == sent + dropped + waiting + spilled`;
/// after ``Tele/shutdown(deadline:)`` nothing waits any more, and what is spilled is for the next start.
public struct TeleStatistics: Sendable, Equatable {
    /// Why a record did not reach the collector.
    public enum DropReason: String, Sendable, CaseIterable {
        /// The queue was full.
        case queueFull = "queue_full"
        /// The collector refused the whole request for good.
        case refused
        /// The collector took the request but not this record.
        case rejected
        /// The retries were used up.
        case retriesExhausted = "retries_exhausted"
        /// The deadline of the shutdown passed, or the record came after it.
        case shutdown
        /// A file of ``TeleConfiguration/Spill`` was damaged or gone.
        case unreadable
    }

    public internal(set) var made: UInt64 = 0
    public internal(set) var sent: UInt64 = 0
    public internal(set) var drops: [DropReason: UInt64] = [:]
    /// In the queue or on the way.
    public internal(set) var waiting: UInt64 = 0
    /// In files, until the collector takes them.
    public internal(set) var spilled: UInt64 = 0
    /// Found in files of earlier processes.
    public internal(set) var recovered: UInt64 = 0
    /// Requests that repeated an earlier one.
    public internal(set) var retries: UInt64 = 0
    /// Bytes of those files.
    public internal(set) var spilledBytes = 0
    /// Encoded bytes in the queue.
    public internal(set) var queuedBytes = 0

    public var dropped: UInt64 { drops.values.reduce(0, &+) }

    mutating func drop(_ count: UInt64, _ reason: DropReason) { drops[reason, default: 0] &+= count }
}

/// The waiting records of one signal and the books about all of them: a plain state machine, no lock and no clock.
///
/// Invariants: `statistics.made + recovered == sent + dropped + waiting + spilled`; `waiting` counts the queue and the batch that is out;
/// one batch at most is out.
struct ExportQueue: Sendable {
    private var items: [ExportItem] = []
    private var head = 0
    private var queuedRecords = 0
    private var batchRecords: UInt64 = 0
    private(set) var statistics = TeleStatistics()
    private(set) var isClosed = false
    private let limits: TeleConfiguration.Queue
    /// A request's body before compression stays below this, well under what collectors take.
    static let batchBytes = 4 << 20

    init(limits: TeleConfiguration.Queue) { self.limits = limits }

    var isEmpty: Bool { head == items.count }
    var hasBatchOut: Bool { batchRecords > 0 }
    /// Everything that was ever accepted and has been settled since; see ``ExportPipeline/flush(deadline:)``.
    private(set) var accepted: UInt64 = 0
    private(set) var settled: UInt64 = 0

    /// - Returns: true when a whole batch now waits, so that the sender should be woken.
    mutating func offer(_ item: ExportItem) -> Bool {
        let records = UInt64(item.records)
        statistics.made &+= records
        if isClosed {
            statistics.drop(records, .shutdown)
            return false
        }
        guard statistics.queuedBytes + item.cost <= limits.bytes, queuedRecords + item.records <= limits.records else {
            statistics.drop(records, .queueFull)
            return false
        }
        items.append(item)
        accepted &+= records
        statistics.waiting &+= records
        statistics.queuedBytes += item.cost
        let before = queuedRecords
        queuedRecords += item.records
        return before < limits.batchRecords && queuedRecords >= limits.batchRecords
    }

    /// The oldest records up to a batch; the caller says later by ``settle(rejected:)`` or ``abandon(_:)`` what became
    /// of them.
    mutating func take() -> [ExportItem] {
        var end = head
        var bytes = 0
        var records = 0
        while end < items.count, records < limits.batchRecords,
            end == head || bytes + items[end].bytes.count <= Self.batchBytes
        {
            bytes += items[end].bytes.count
            records += items[end].records
            statistics.queuedBytes -= items[end].cost
            end += 1
        }
        let batch = Array(items[head..<end])
        for i in head..<end { items[i].bytes = [] }
        head = end
        if head == items.count {
            items.removeAll(keepingCapacity: items.count <= 4 * limits.batchRecords)
            head = 0
        } else if head >= 4 * limits.batchRecords {
            items.removeFirst(head)
            head = 0
        }
        queuedRecords -= records
        batchRecords = UInt64(records)
        return batch
    }

    /// The batch that was out has arrived, except for what the collector rejected.
    mutating func settle(rejected: UInt64) {
        let rejected = min(rejected, batchRecords)
        statistics.sent &+= batchRecords - rejected
        if rejected > 0 { statistics.drop(rejected, .rejected) }
        close(batch: batchRecords)
    }

    /// The batch that was out is lost.
    mutating func abandon(_ reason: TeleStatistics.DropReason) {
        if batchRecords > 0 { statistics.drop(batchRecords, reason) }
        close(batch: batchRecords)
    }

    /// The batch that was out is in a file now.
    mutating func spill() {
        statistics.spilled &+= batchRecords
        close(batch: batchRecords)
    }

    /// Files of earlier processes were found.
    mutating func recover(_ records: UInt64) {
        statistics.recovered &+= records
        statistics.spilled &+= records
    }

    /// A file's batch has arrived, except for what the collector rejected.
    mutating func settleSpilled(_ records: UInt64, rejected: UInt64) {
        let rejected = min(rejected, records)
        statistics.spilled &-= min(records, statistics.spilled)
        statistics.sent &+= records - rejected
        if rejected > 0 { statistics.drop(rejected, .rejected) }
    }

    /// A file's batch is lost.
    mutating func abandonSpilled(_ records: UInt64, _ reason: TeleStatistics.DropReason) {
        statistics.spilled &-= min(records, statistics.spilled)
        statistics.drop(records, reason)
    }

    mutating func retried() { statistics.retries &+= 1 }

    /// Whatever waits is lost, and whatever comes from now on.
    mutating func closeForGood() {
        isClosed = true
        abandon(.shutdown)
        let rest = UInt64(queuedRecords)
        if rest > 0 { statistics.drop(rest, .shutdown) }
        settled &+= rest
        statistics.waiting = 0
        statistics.queuedBytes = 0
        queuedRecords = 0
        items = []
        head = 0
    }

    private mutating func close(batch records: UInt64) {
        statistics.waiting &-= records
        settled &+= records
        batchRecords = 0
    }
}

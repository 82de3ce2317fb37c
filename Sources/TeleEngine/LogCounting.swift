package import TeleModel

/// How many log records lie in each bucket of time, by resource and perhaps severity: what an engine can often tell
/// without reading a record.
package struct LogCounting: Sendable {
    /// Which records. Order and hint mean nothing; `columns` are those of the rows that are handed over undecided.
    package var scan: LogScan
    /// Rising, unix nanoseconds: bucket `i` holds the times `edges[i] ..< edges[i + 1]`. Others are not counted.
    package var edges: [UInt64]
    /// Groups are told apart by severity number and text as well.
    package var bySeverity = false
    /// Counts the bytes of the records' lines (``LokiMapping/lineCount(_:row:)``) too.
    package var countsBytes = false
    /// Names of labels that ``LokiMapping`` may make of attributes: records that could have one are not counted but
    /// handed over, since only the caller knows what it comes to.
    package var labels: Set<String> = []

    package init(scan: LogScan, edges: [UInt64]) {
        self.scan = scan
        self.edges = edges
    }

    package var bucketCount: Int { max(0, edges.count - 1) }

    /// The bucket of a time; nil outside of all.
    package func bucket(of time: UInt64) -> Int? {
        guard let first = edges.first, let last = edges.last, time >= first, time < last else { return nil }
        var low = 0
        var high = edges.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if edges[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// Whether an attribute of this key may become one of the labels, alone or as a map.
    package func mayBecomeLabel(_ key: String) -> Bool {
        LokiMapping.mayBecome(labels, key: key)
    }

    /// Whether the scan has conditions that pass what they can't decide (see ``ValueTest/orNested(_:)``).
    package var passesUndecided: Bool {
        scan.conditions.contains { if case .attribute(_, _, .orNested) = $0 { true } else { false } }
    }

    package var looksAtBodies: Bool { scan.conditions.contains(where: \.needsTextBody) }
}

/// What a ``LogCounting`` came to.
package struct LogCounts: Sendable {
    package struct Group: Hashable, Sendable {
        /// Fingerprint.
        package var resource: UInt64
        /// 0 and empty where the counting does not go by severity.
        package var severity: Int32
        package var severityText: String

        package init(resource: UInt64, severity: Int32 = 0, severityText: String = "") {
            self.resource = resource
            self.severity = severity
            self.severityText = severityText
        }
    }

    package private(set) var groups: [Group] = []
    /// Group `g` has `rows[g * buckets ..< (g + 1) * buckets]`.
    package private(set) var rows: [UInt64] = []
    package private(set) var bytes: [UInt64] = []
    package let buckets: Int
    private let countsBytes: Bool
    private var index: [Group: Int] = [:]

    package init(_ counting: LogCounting) {
        buckets = counting.bucketCount
        countsBytes = counting.countsBytes
    }

    /// What one more group takes in memory.
    package var bytesPerGroup: Int { buckets * (countsBytes ? 16 : 8) + 128 }

    /// The number of a group, new or known.
    package mutating func number(of group: Group) -> Int {
        if let known = index[group] { return known }
        index[group] = groups.count
        groups.append(group)
        rows.append(contentsOf: repeatElement(0, count: buckets))
        if countsBytes { bytes.append(contentsOf: repeatElement(0, count: buckets)) }
        return groups.count - 1
    }

    package mutating func add(group: Int, bucket: Int, rows count: UInt64, bytes size: UInt64) {
        rows[group * buckets + bucket] &+= count
        if countsBytes { bytes[group * buckets + bucket] &+= size }
    }

    /// Counts rows of a batch that has the columns for it (severity and body where they are asked for): those at
    /// `numbers`, or all.
    package mutating func add(_ batch: LogBatch, rows numbers: [Int]?, _ counting: LogCounting) {
        var tally = LogTally(batch, counting)
        if let numbers {
            for row in numbers { tally.add(row, to: &self) }
        } else {
            for row in 0..<batch.count { tally.add(row, to: &self) }
        }
    }

    @inline(__always)
    fileprivate mutating func add(_ place: Int, bytes size: UInt64?) {
        rows[place] &+= 1
        if let size { bytes[place] &+= size }
    }
}

/// The rows of one batch on their way into counts: remembers the groups and the bucket that it met last, which most
/// rows are of as well.
private struct LogTally {
    private struct Severity: Hashable {
        var number: Int32
        var text: ByteRange
    }

    private let batch: LogBatch
    private let counting: LogCounting
    /// By resource and, within, by distinct severity: the group's number, or -1.
    private var numbers: [Int]
    private var severities: [Severity] = []
    private var severityIndex: [Severity: Int] = [:]
    private var bucket = 0
    private var low: UInt64 = 1
    private var high: UInt64 = 0
    private static let remembered = 24

    init(_ batch: LogBatch, _ counting: LogCounting) {
        self.batch = batch
        self.counting = counting
        numbers = [Int](repeating: -1, count: batch.core.resources.count)
    }

    @inline(__always)
    mutating func add(_ row: Int, to counts: inout LogCounts) {
        let time = batch.timestamp(row)
        if time < low || time >= high {
            guard let found = counting.bucket(of: time) else { return }
            bucket = found
            low = counting.edges[found]
            high = counting.edges[found + 1]
        }
        var place = Int(batch.resource[row])
        if counting.bySeverity { place += severity(row) * batch.core.resources.count }
        var number = numbers[place]
        if number < 0 {
            number = counts.number(of: group(row))
            numbers[place] = number
        }
        let size = counting.countsBytes ? UInt64(LokiMapping.lineCount(batch, row: row)) : nil
        counts.add(number * counts.buckets + bucket, bytes: size)
    }

    private func group(_ row: Int) -> LogCounts.Group {
        let resource = batch.core.resources.fingerprints[Int(batch.resource[row])]
        guard counting.bySeverity else { return LogCounts.Group(resource: resource) }
        return LogCounts.Group(
            resource: resource, severity: batch.severity[row],
            severityText: batch.core.heap.string(batch.severityText[row]))
    }

    /// The index of the row's severity among those met so far.
    @inline(__always)
    private mutating func severity(_ row: Int) -> Int {
        let wanted = Severity(number: batch.severity[row], text: batch.severityText[row])
        var at = 0
        while at < min(severities.count, LogTally.remembered) {
            if severities[at] == wanted { return at }
            at &+= 1
        }
        return slowSeverity(wanted)
    }

    private mutating func slowSeverity(_ wanted: Severity) -> Int {
        if let known = severityIndex[wanted] { return known }
        severityIndex[wanted] = severities.count
        severities.append(wanted)
        if severities.count > 1 {
            numbers.append(contentsOf: repeatElement(-1, count: batch.core.resources.count))
        }
        return severities.count - 1
    }
}

extension EngineSnapshot {
    /// The plain way: looks at every record.
    package func countLogs(
        _ counting: LogCounting, budget: QueryBudget, _ undecided: (LogBatch) throws(EngineError) -> Void
    ) throws(EngineError) -> LogCounts {
        var counts = LogCounts(counting)
        guard counting.bucketCount > 0 else { return counts }
        var scan = counting.scan
        scan.order = .oldestFirst
        scan.limitHint = nil
        if counting.bySeverity { scan.columns.insert(.severity) }
        if counting.countsBytes || counting.looksAtBodies { scan.columns.insert(.body) }
        try scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
            let isDecided =
                !counting.passesUndecided
                && !(counting.looksAtBodies && batch.bodyKind.contains { $0 != ValueKind.string.rawValue })
                && !batch.core.keys.contains { counting.mayBecomeLabel(batch.core.heap.string($0)) }
            if isDecided {
                let groups = counts.groups.count
                counts.add(batch, rows: nil, counting)
                try budget.charge(bytes: (counts.groups.count - groups) * counts.bytesPerGroup)
            } else {
                try undecided(batch)
            }
            return true
        }
        return counts
    }
}

package import TeleModel

/// How many log records of each template lie in each bucket of time: of one part of the storage, as it is met. A
/// template is the line with one `0` in place of each number and of each word of hexadecimal digits.
package struct LogTemplates: Sendable {
    package struct Cell: Sendable {
        package var template: Int
        /// Index into ``groups``.
        package var group: Int
        package var bucket: Int
        package var rows: UInt64
    }

    /// One template after another, as bytes.
    package let text: [UInt8]
    /// Where each template ends within `text`.
    package let ends: [Int]
    /// Resources and severities of the records.
    package private(set) var groups: [LogCounts.Group] = []
    /// Each template, group and bucket once, in no particular order.
    package private(set) var cells: [Cell] = []

    private struct Key: Hashable {
        var template: UInt32
        var group: UInt32
        var bucket: UInt32
    }

    private struct Severity: Hashable {
        var resource: UInt32
        var number: Int32
        var text: ByteRange
    }

    /// `rows`: those of the batch that count; `template`: of such a row. The batch has the severity.
    package init(
        text: [UInt8], ends: [Int], _ batch: LogBatch, rows: [Int], _ counting: LogCounting,
        template: (Int) -> UInt32
    ) {
        self.text = text
        self.ends = ends
        var known: [LogCounts.Group: UInt32] = [:]
        var severities: [Severity: UInt32] = [:]
        var counts: [Key: UInt64] = [:]
        var last: (severity: Severity, group: UInt32)?
        var (bucket, low, high) = (0, UInt64(1), UInt64(0))
        for row in rows {
            let time = batch.timestamp(row)
            if time < low || time >= high {
                guard let found = counting.bucket(of: time) else { continue }
                (bucket, low, high) = (found, counting.edges[found], counting.edges[found + 1])
            }
            let severity = Severity(
                resource: batch.resource[row], number: batch.severity[row], text: batch.severityText[row])
            let group: UInt32
            if let last, last.severity == severity {
                group = last.group
            } else {
                group = severities[severity] ?? number(of: severity, batch, &known)
                severities[severity] = group
                last = (severity, group)
            }
            counts[Key(template: template(row), group: group, bucket: UInt32(clamping: bucket)), default: 0] += 1
        }
        cells = counts.map { key, rows in
            Cell(template: Int(key.template), group: Int(key.group), bucket: Int(key.bucket), rows: rows)
        }
    }

    private mutating func number(
        of severity: Severity, _ batch: LogBatch, _ known: inout [LogCounts.Group: UInt32]
    ) -> UInt32 {
        let group = LogCounts.Group(
            resource: batch.core.resources.fingerprints[Int(severity.resource)], severity: severity.number,
            severityText: batch.core.heap.string(severity.text))
        if let number = known[group] { return number }
        known[group] = UInt32(clamping: groups.count)
        groups.append(group)
        return UInt32(clamping: groups.count - 1)
    }

    package func range(of template: Int) -> Range<Int> { (template == 0 ? 0 : ends[template - 1])..<ends[template] }

    /// What it takes in memory.
    package var byteCount: Int { text.count + ends.count * 8 + groups.count * 64 + cells.count * 32 }
}

extension EngineSnapshot {
    /// The plain way: an engine that keeps no templates hands over every record.
    package func countTemplates(
        _ counting: LogCounting, budget: QueryBudget, _ body: (LogTemplates) throws(EngineError) -> Void,
        undecided: (LogBatch) throws(EngineError) -> Void
    ) throws(EngineError) {
        try scanLogs(counting.scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
            try undecided(batch)
            return true
        }
    }
}

import TeleEngine
import TeleModel
import TeleQL

/// A query for the lines of one trace (`| trace_id="..."`) as scans that the engine answers from its indexes: the id
/// stands in the record's own column, or in an attribute of one of the usual names. Each row belongs to the first of the
/// scans that finds it.
struct LogTraceLookup {
    let id: TraceID
    /// As the filter has it.
    let text: String

    /// Attributes that become the label `trace_id`.
    private static let names = ["trace_id", "trace.id"]
    private static let label = "trace_id"

    /// nil where the filter is not there, or is not all that decides: behind a stage that makes labels, or where a
    /// stream or its resource has the label.
    init?(_ pipeline: LogQLPipeline, _ streams: LogStreams) {
        var found: String?
        stages: for stage in pipeline.stages {
            switch stage {
            case .line: continue
            case .label(let filter): found = found ?? LogTraceLookup.wanted(filter)
            default: break stages
            }
        }
        guard let found, let id = TraceID(hex: found), !id.isNone, id.hex == found else { return nil }
        let isNamed = streams.byFingerprint.values.contains { stream in
            (stream.labels + stream.metadata).contains { $0.name == LogTraceLookup.label }
        }
        guard !isNamed else { return nil }
        self.id = id
        text = found
    }

    private static func wanted(_ filter: LogQLLabelFilter) -> String? {
        switch filter {
        case .text(let matcher) where matcher.name == label && matcher.operation == .equal: matcher.value
        case .and(let a, let b): wanted(a) ?? wanted(b)
        default: nil
        }
    }

    func scans(_ scan: LogScan) -> [LogScan] {
        let conditions =
            [LogCondition.traceID(id)]
            + LogTraceLookup.names.map { .attribute(.own, key: $0, .equalsText(text)) }
        return conditions.map { condition in
            var one = scan
            one.conditions.append(condition)
            return one
        }
    }

    /// Whether an earlier scan than this one has the row.
    func isFound(_ batch: LogBatch, _ row: Int, before scan: Int) -> Bool {
        guard scan > 0 else { return false }
        if batch.traceID(row) == id { return true }
        return LogTraceLookup.names.prefix(scan - 1).contains { name in
            guard let key = batch.core.keyIndex(name), let value = batch.attributes.value(of: key, owner: row) else {
                return false
            }
            return ValueText.text(of: value, heap: batch.core.heap) == text
        }
    }
}

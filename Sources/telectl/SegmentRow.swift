import TeleStore
import TeleTerm

/// A segment as `segments list` and `verify` show it.
struct SegmentRow: Encodable {
    var signal: String
    var path: String
    var rows: UInt64
    var bytes: UInt64
    var blocks: Int
    var minTimeUnixNano: String
    var maxTimeUnixNano: String
    var isPublished: Bool
    var problems: [String]

    var from: String { Timestamp.text(UInt64(minTimeUnixNano) ?? 0, decimals: 0) }
    var to: String { Timestamp.text(UInt64(maxTimeUnixNano) ?? 0, decimals: 0) }
}

extension SegmentRow {
    init(_ segment: SegmentInspector.Segment) {
        self.init(
            signal: "\(segment.signal)", path: segment.path, rows: segment.rows, bytes: segment.bytes,
            blocks: segment.blocks, minTimeUnixNano: "\(segment.minTime)", maxTimeUnixNano: "\(segment.maxTime)",
            isPublished: segment.isPublished, problems: segment.problems)
    }
}

/// Why one record is refused while its neighbours are kept.
enum RecordIssue: UInt8, Sendable {
    case traceIDLength, traceIDZero, spanIDLength, spanIDZero, parentIDLength, linkIDLength
    case text, attributeCount, valueDepth, time
    case bucketCount, metricName, metricKind, temporality, labels, buckets, deltaRoom, deltaOrder

    var text: String {
        switch self {
        case .traceIDLength: "trace_id is not 16 bytes"
        case .traceIDZero: "trace_id is all zero"
        case .spanIDLength: "span_id is not 8 bytes"
        case .spanIDZero: "span_id is all zero"
        case .parentIDLength: "parent_span_id is not 8 bytes"
        case .linkIDLength: "a link's trace_id or span_id has a wrong length"
        case .text: "a string is not valid UTF-8"
        case .attributeCount: "more attributes than allowed (Limits.attributesPerOwner)"
        case .valueDepth: "an attribute value nests deeper than allowed (Limits.valueDepth)"
        case .time: "the time is outside of what is retained"
        case .bucketCount: "a histogram has more buckets than allowed (Limits.bucketsPerHistogram)"
        case .metricName: "a metric has no usable name"
        case .metricKind: "a data point has no value"
        case .temporality: "a metric's aggregation temporality is not set"
        case .deltaRoom: "too many delta series at once (Limits.deltaSeries)"
        case .deltaOrder: "a delta point is not after the last one of its series"
        case .labels: "a series has too many or too long labels (Limits.labelsPerSeries, Limits.labelBytes)"
        case .buckets: "a histogram's buckets do not fit its bounds or scale"
        }
    }
}

/// Counts refusals and keeps the first reason.
struct Refusals {
    private(set) var count = 0
    private(set) var message = ""

    @inline(never)
    mutating func add(_ issue: RecordIssue, _ noun: StaticString, count: Int = 1) {
        if self.count == 0 { message = "\(noun): \(issue.text)" }
        self.count += count
    }
}

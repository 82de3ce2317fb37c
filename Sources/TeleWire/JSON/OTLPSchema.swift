/// The messages of OTLP as data: what the JSON reader and writer go by. Field numbers, JSON names and kinds are those
/// of opentelemetry-proto.
enum OTLPSchema {
    enum Kind: Sendable, Equatable {
        case string, bytes
        /// Bytes that JSON has in hexadecimal: trace and span ids.
        case id
        case bool, int32, uint32, sint32, int64, uint64, fixed32, fixed64, sfixed64, double
        /// An index into ``enums``.
        case enumeration(Int)
        /// An index into ``messages``.
        case message(Int)
    }

    struct Field: Sendable {
        let number: Int
        let isRepeated: Bool
        let kind: Kind
        /// lowerCamelCase, as UTF-8.
        let name: [UInt8]
        /// The name in the .proto file, which proto3's JSON takes too.
        let protoName: [UInt8]

        init(_ number: Int, _ protoName: String, _ kind: Kind, isRepeated: Bool = false) {
            self.number = number
            self.kind = kind
            self.isRepeated = isRepeated
            self.protoName = Array(protoName.utf8)
            var camel: [UInt8] = []
            var isUpper = false
            for byte in protoName.utf8 {
                if byte == 0x5f {
                    isUpper = true
                } else {
                    camel.append(isUpper && (0x61...0x7a).contains(byte) ? byte - 32 : byte)
                    isUpper = false
                }
            }
            name = camel
        }
    }

    typealias Message = [Field]

    static let spanKinds = 0
    static let statusCodes = 1
    static let temporalities = 2
    static let severities = 3

    static let enums: [[(number: Int32, name: String)]] = [
        [
            (0, "SPAN_KIND_UNSPECIFIED"), (1, "SPAN_KIND_INTERNAL"), (2, "SPAN_KIND_SERVER"), (3, "SPAN_KIND_CLIENT"),
            (4, "SPAN_KIND_PRODUCER"), (5, "SPAN_KIND_CONSUMER"),
        ],
        [(0, "STATUS_CODE_UNSET"), (1, "STATUS_CODE_OK"), (2, "STATUS_CODE_ERROR")],
        [
            (0, "AGGREGATION_TEMPORALITY_UNSPECIFIED"), (1, "AGGREGATION_TEMPORALITY_DELTA"),
            (2, "AGGREGATION_TEMPORALITY_CUMULATIVE"),
        ],
        [(0, "SEVERITY_NUMBER_UNSPECIFIED")] + severityNames,
    ]

    private static let severityNames: [(number: Int32, name: String)] =
        ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].enumerated().flatMap { level, name in
            (0..<4).map { step in
                (Int32(level * 4 + step + 1), "SEVERITY_NUMBER_\(name)\(step == 0 ? "" : "\(step + 1)")")
            }
        }

    // Indexes into `messages`.
    static let logsRequest = 0
    static let tracesRequest = 1
    static let metricsRequest = 2
    private static let resource = 3
    private static let scope = 4
    private static let keyValue = 5
    private static let anyValue = 6
    private static let arrayValue = 7
    private static let keyValueList = 8
    private static let entityRef = 9
    private static let resourceLogs = 10
    private static let scopeLogs = 11
    private static let logRecord = 12
    private static let resourceSpans = 13
    private static let scopeSpans = 14
    private static let span = 15
    private static let event = 16
    private static let link = 17
    private static let status = 18
    private static let resourceMetrics = 19
    private static let scopeMetrics = 20
    private static let metric = 21
    private static let gauge = 22
    private static let sum = 23
    private static let histogram = 24
    private static let exponentialHistogram = 25
    private static let summary = 26
    private static let numberPoint = 27
    private static let histogramPoint = 28
    private static let exponentialPoint = 29
    private static let buckets = 30
    private static let summaryPoint = 31
    private static let quantile = 32
    private static let exemplar = 33

    private static func attributes(_ number: Int, _ name: String = "attributes") -> Field {
        Field(number, name, .message(keyValue), isRepeated: true)
    }

    private static func rows(_ number: Int, _ name: String, _ message: Int) -> Field {
        Field(number, name, .message(message), isRepeated: true)
    }

    static let messages: [Message] = [
        [rows(1, "resource_logs", resourceLogs)],
        [rows(1, "resource_spans", resourceSpans)],
        [rows(1, "resource_metrics", resourceMetrics)],
        [
            attributes(1), Field(2, "dropped_attributes_count", .uint32), rows(3, "entity_refs", entityRef),
        ],
        [
            Field(1, "name", .string), Field(2, "version", .string), attributes(3),
            Field(4, "dropped_attributes_count", .uint32),
        ],
        [Field(1, "key", .string), Field(2, "value", .message(anyValue))],
        [
            Field(1, "string_value", .string), Field(2, "bool_value", .bool), Field(3, "int_value", .int64),
            Field(4, "double_value", .double), Field(5, "array_value", .message(arrayValue)),
            Field(6, "kvlist_value", .message(keyValueList)), Field(7, "bytes_value", .bytes),
        ],
        [rows(1, "values", anyValue)],
        [rows(1, "values", keyValue)],
        [
            Field(1, "schema_url", .string), Field(2, "type", .string), Field(3, "id_keys", .string, isRepeated: true),
            Field(4, "description_keys", .string, isRepeated: true),
        ],
        [
            Field(1, "resource", .message(resource)), rows(2, "scope_logs", scopeLogs),
            Field(3, "schema_url", .string),
        ],
        [Field(1, "scope", .message(scope)), rows(2, "log_records", logRecord), Field(3, "schema_url", .string)],
        [
            Field(1, "time_unix_nano", .fixed64), Field(11, "observed_time_unix_nano", .fixed64),
            Field(2, "severity_number", .enumeration(severities)), Field(3, "severity_text", .string),
            Field(5, "body", .message(anyValue)), attributes(6), Field(7, "dropped_attributes_count", .uint32),
            Field(8, "flags", .fixed32), Field(9, "trace_id", .id), Field(10, "span_id", .id),
            Field(12, "event_name", .string),
        ],
        [
            Field(1, "resource", .message(resource)), rows(2, "scope_spans", scopeSpans),
            Field(3, "schema_url", .string),
        ],
        [Field(1, "scope", .message(scope)), rows(2, "spans", span), Field(3, "schema_url", .string)],
        [
            Field(1, "trace_id", .id), Field(2, "span_id", .id), Field(3, "trace_state", .string),
            Field(4, "parent_span_id", .id), Field(16, "flags", .fixed32), Field(5, "name", .string),
            Field(6, "kind", .enumeration(spanKinds)), Field(7, "start_time_unix_nano", .fixed64),
            Field(8, "end_time_unix_nano", .fixed64), attributes(9), Field(10, "dropped_attributes_count", .uint32),
            rows(11, "events", event), Field(12, "dropped_events_count", .uint32), rows(13, "links", link),
            Field(14, "dropped_links_count", .uint32), Field(15, "status", .message(status)),
        ],
        [
            Field(1, "time_unix_nano", .fixed64), Field(2, "name", .string), attributes(3),
            Field(4, "dropped_attributes_count", .uint32),
        ],
        [
            Field(1, "trace_id", .id), Field(2, "span_id", .id), Field(3, "trace_state", .string), attributes(4),
            Field(5, "dropped_attributes_count", .uint32), Field(6, "flags", .fixed32),
        ],
        [Field(2, "message", .string), Field(3, "code", .enumeration(statusCodes))],
        [
            Field(1, "resource", .message(resource)), rows(2, "scope_metrics", scopeMetrics),
            Field(3, "schema_url", .string),
        ],
        [Field(1, "scope", .message(scope)), rows(2, "metrics", metric), Field(3, "schema_url", .string)],
        [
            Field(1, "name", .string), Field(2, "description", .string), Field(3, "unit", .string),
            Field(5, "gauge", .message(gauge)), Field(7, "sum", .message(sum)),
            Field(9, "histogram", .message(histogram)),
            Field(10, "exponential_histogram", .message(exponentialHistogram)),
            Field(11, "summary", .message(summary)), attributes(12, "metadata"),
        ],
        [rows(1, "data_points", numberPoint)],
        [
            rows(1, "data_points", numberPoint), Field(2, "aggregation_temporality", .enumeration(temporalities)),
            Field(3, "is_monotonic", .bool),
        ],
        [rows(1, "data_points", histogramPoint), Field(2, "aggregation_temporality", .enumeration(temporalities))],
        [rows(1, "data_points", exponentialPoint), Field(2, "aggregation_temporality", .enumeration(temporalities))],
        [rows(1, "data_points", summaryPoint)],
        [
            attributes(7), Field(2, "start_time_unix_nano", .fixed64), Field(3, "time_unix_nano", .fixed64),
            Field(4, "as_double", .double), Field(6, "as_int", .sfixed64), rows(5, "exemplars", exemplar),
            Field(8, "flags", .uint32),
        ],
        [
            attributes(9), Field(2, "start_time_unix_nano", .fixed64), Field(3, "time_unix_nano", .fixed64),
            Field(4, "count", .fixed64), Field(5, "sum", .double),
            Field(6, "bucket_counts", .fixed64, isRepeated: true),
            Field(7, "explicit_bounds", .double, isRepeated: true), rows(8, "exemplars", exemplar),
            Field(10, "flags", .uint32), Field(11, "min", .double), Field(12, "max", .double),
        ],
        [
            attributes(1), Field(2, "start_time_unix_nano", .fixed64), Field(3, "time_unix_nano", .fixed64),
            Field(4, "count", .fixed64), Field(5, "sum", .double), Field(6, "scale", .sint32),
            Field(7, "zero_count", .fixed64), Field(8, "positive", .message(buckets)),
            Field(9, "negative", .message(buckets)), Field(10, "flags", .uint32), rows(11, "exemplars", exemplar),
            Field(12, "min", .double), Field(13, "max", .double), Field(14, "zero_threshold", .double),
        ],
        [Field(1, "offset", .sint32), Field(2, "bucket_counts", .uint64, isRepeated: true)],
        [
            attributes(7), Field(2, "start_time_unix_nano", .fixed64), Field(3, "time_unix_nano", .fixed64),
            Field(4, "count", .fixed64), Field(5, "sum", .double), rows(6, "quantile_values", quantile),
            Field(8, "flags", .uint32),
        ],
        [Field(1, "quantile", .double), Field(2, "value", .double)],
        [
            attributes(7, "filtered_attributes"), Field(2, "time_unix_nano", .fixed64), Field(3, "as_double", .double),
            Field(6, "as_int", .sfixed64), Field(4, "span_id", .id), Field(5, "trace_id", .id),
        ],
    ]
}

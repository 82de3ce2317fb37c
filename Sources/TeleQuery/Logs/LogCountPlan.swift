import TeleEngine
import TeleModel
import TeleQL

/// A range aggregation that is decided by stream labels, severity and time alone: the engine counts, and neither lines
/// nor metadata are read. Records that could be otherwise come back as rows.
struct LogCountPlan {
    let counting: LogCounting
    private let streams: LogStreams
    private let filters: [LogQLLabelFilter]
    private let needsLevel: Bool

    private static let level = "detected_level"
    /// Metadata that every record may have, whatever its attributes.
    private static let ownNames: Set<String> = [
        "trace_id", "span_id", "severity_number", "severity_text", "observed_timestamp", "flags", "event_name",
        "dropped_attributes_count", "scope_name", "scope_version", "scope_dropped_attributes_count",
        LogLabels.error, LogLabels.errorDetails,
    ]

    static func isOwn(_ name: String) -> Bool {
        ownNames.contains(name) || name == level || name.hasSuffix("_extracted")
    }

    /// nil where the aggregation, its groups or a stage needs more than that.
    init?(
        _ aggregation: LogQLRangeAggregation, _ grouping: LogQLGrouping?, _ streams: LogStreams, _ steps: LogSteps,
        scan: LogScan
    ) {
        var names: Set<String> = []
        switch aggregation.operation {
        case .countOverTime, .rate, .bytesOverTime, .bytesRate:
            guard aggregation.unwrap == nil, let grouping, !grouping.isWithout else { return nil }
            names = Set(grouping.labels)
        default: return nil
        }
        var filters: [LogQLLabelFilter] = []
        for stage in aggregation.pipeline.stages {
            switch stage {
            case .line(let filter): guard LogPipelineRunner.conditions(filter) != nil else { return nil }
            case .label(let filter):
                guard LogCountPlan.isText(filter) else { return nil }
                filters.append(filter)
                names.formUnion(filter.names)
            default: return nil
            }
        }
        var labels: Set<String> = []
        for name in names {
            if streams.byFingerprint.values.allSatisfy({ $0.labels.contains { $0.name == name } }), name != Self.level {
                continue
            }
            // Resource attributes that are no labels go to the metadata, where a scope's may replace them.
            let isTold = streams.byFingerprint.values.contains { stream in
                stream.metadata.contains { $0.name == name }
                    || (name == Self.level && stream.labels.contains { $0.name == name })
            }
            if isTold || LogCountPlan.ownNames.contains(name) || name.hasSuffix("_extracted") { return nil }
            labels.insert(name)
            if name == Self.level { labels.formUnion(LokiLevel.names) }
        }
        var counting = LogCounting(scan: scan, edges: LogCountPlan.edges(aggregation, steps))
        needsLevel = names.contains(Self.level)
        counting.bySeverity = needsLevel
        counting.countsBytes = aggregation.operation == .bytesOverTime || aggregation.operation == .bytesRate
        counting.labels = labels
        self.counting = counting
        self.streams = streams
        self.filters = filters
    }

    /// Tests of text can't fail, whatever a label is.
    private static func isText(_ filter: LogQLLabelFilter) -> Bool {
        switch filter {
        case .text: true
        case .and(let a, let b), .or(let a, let b): isText(a) && isText(b)
        case .number, .duration, .size, .address: false
        }
    }

    /// Where windows `(t - range, t]` begin and end, as times of records: within two neighbours all records are in the
    /// same windows.
    private static func edges(_ aggregation: LogQLRangeAggregation, _ steps: LogSteps) -> [UInt64] {
        var edges: Set<UInt64> = []
        for step in 0..<steps.count {
            let end = steps.time(step).subtractingSaturated(aggregation.offset)
            let begin = end.subtractingSaturated(aggregation.range)
            edges.insert(begin < 0 ? 0 : UInt64(begin) + 1)
            edges.insert(end < 0 ? 0 : UInt64(end) + 1)
        }
        return edges.sorted()
    }

    /// Adds the counts; false where a level is not to be told without the line, and nothing was added.
    func add(_ counts: LogCounts, to collector: inout LogRangeCollector) -> Bool {
        var groups: [(number: Int, labels: LogLabels)] = []
        for (number, group) in counts.groups.enumerated() {
            guard let stream = streams.byFingerprint[group.resource] else { continue }
            var metadata: [LokiMapping.Pair] = []
            if needsLevel {
                guard let level = LogCountPlan.level(of: group, stream) else { return false }
                metadata = [(LogCountPlan.level, level)]
            }
            var labels = LogLabels(stream: stream.labels, metadata: metadata)
            var passes = true
            for filter in filters where passes { passes = LogLabelTest.accepts(filter, &labels) }
            if passes { groups.append((number, labels)) }
        }
        for group in groups {
            let range = group.number * counts.buckets..<(group.number + 1) * counts.buckets
            let values = counting.countsBytes ? counts.bytes[range] : counts.rows[range]
            collector.add(group.labels, values, entries: counts.rows[range], edges: counting.edges)
        }
        return true
    }

    /// nil where only the line can tell.
    static func level(of group: LogCounts.Group, _ stream: LogStreams.Stream) -> String? {
        var metadata: [LokiMapping.Pair] = []
        if group.severity != 0 { metadata.append(("severity_number", String(group.severity))) }
        if !group.severityText.isEmpty { metadata.append(("severity_text", group.severityText)) }
        metadata += stream.metadata
        // A line without a word tells nothing: what comes then is `unknown`, where a line might have told.
        let level = LokiLevel.detect(
            metadata: metadata, labels: stream.labels, severity: group.severity, line: [])
        let isTold =
            group.severity != 0 || !group.severityText.isEmpty
            || LokiLevel.names.contains { name in
                stream.labels.contains { $0.name == name } || stream.metadata.contains { $0.name == name }
            }
        return isTold ? level : nil
    }
}

import TeleModel
import TeleQL

/// Takes the entries of a range aggregation in the order of time and turns them into series.
/// Counts and bytes go into difference arrays (a plus where the first window begins to hold the entry, a minus behind
/// the last); unwrapped values are kept and looked at window by window.
struct LogRangeCollector {
    private struct Group {
        var labels: [LokiMapping.Pair]
        var differences: [Double] = []
        var times: [Int64] = []
        var values: [Double] = []
        var isSorted = true

        mutating func add(_ value: Double, at time: Int64) {
            if let last = times.last, last > time { isSorted = false }
            times.append(time)
            values.append(value)
        }

        /// By time; what is of one time stays as it came.
        mutating func sort() {
            if isSorted { return }
            let order = times.indices.sorted { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 }
            times = order.map { times[$0] }
            values = order.map { values[$0] }
            isSorted = true
        }
    }

    let aggregation: LogQLRangeAggregation
    let grouping: LogQLGrouping?
    let steps: LogSteps
    private(set) var failure: String?
    /// A query that speaks of `__error__` counts entries with errors instead of failing.
    private let keepsErrors: Bool
    private let hints: LogParserHints
    private(set) var heldBytes = 0
    private var groups: [Group] = []
    private var index: [String: Int] = [:]

    init(aggregation: LogQLRangeAggregation, grouping: LogQLGrouping?, steps: LogSteps) {
        self.aggregation = aggregation
        // As in Loki `without ()` is `by ()`.
        self.grouping = grouping.map { $0.labels.isEmpty ? LogQLGrouping(isWithout: false, labels: []) : $0 }
        self.steps = steps
        hints = LogParserHints(aggregation, grouping)
        let filters = aggregation.pipeline.stages.compactMap { if case .label(let filter) = $0 { filter } else { nil } }
        let names = (filters + (aggregation.unwrap?.filters ?? [])).flatMap(\.names)
        keepsErrors = names.contains(LogLabels.error) || (grouping?.labels.contains(LogLabels.error) ?? false)
    }

    private var counts: Bool { aggregation.unwrap == nil }
    private var countsBytes: Bool {
        aggregation.operation == .bytesOverTime || aggregation.operation == .bytesRate
    }

    var needsLine: Bool { countsBytes }

    /// Without metadata a query reads the times alone: enough where the groups are made of stream labels.
    func needsMetadata(_ streams: LogStreams) -> Bool {
        guard counts, aggregation.operation != .absentOverTime else { return aggregation.unwrap != nil }
        guard let grouping, !grouping.isWithout else { return true }
        return !grouping.labels.allSatisfy { name in
            streams.byFingerprint.values.allSatisfy { $0.labels.contains { $0.name == name } }
        }
    }

    mutating func add(_ entry: LogEntry) {
        var entry = entry
        var value = countsBytes ? Double(entry.line.count) : 1
        if let unwrap = aggregation.unwrap {
            guard let text = entry.labels[unwrap.label], !text.isEmpty else { return }
            if let found = LogRangeCollector.convert(text, unwrap.conversion) {
                value = found
            } else {
                entry.labels.setError("SampleExtractionErr", "\(QuotedText.quote(text)) is no number")
            }
            for filter in unwrap.filters where !LogLabelTest.accepts(filter, &entry.labels) { return }
        }
        if let kind = entry.labels[LogLabels.error] {
            guard keepsErrors || hints.excuses(kind, entry.labels) else {
                let details = entry.labels[LogLabels.errorDetails] ?? ""
                failure =
                    "pipeline error: '\(kind)' for series: '\(shown(entry.labels))'. \(details)\n"
                    + "Use a label filter to intentionally skip this error. (e.g | __error__!=\"\(kind)\")."
                return
            }
        }
        let (time, overflow) = Int64(clamping: entry.time).addingReportingOverflow(aggregation.offset)
        guard !overflow else { return }
        let windows = steps.windows(holding: time, range: aggregation.range)
        guard !windows.isEmpty else { return }
        let at = group(of: entry.labels)
        if counts {
            groups[at].differences[windows.lowerBound] += value
            groups[at].differences[windows.upperBound] -= value
        } else {
            groups[at].add(value, at: time)
            heldBytes += 16
        }
    }

    /// An unwrapped value of a group that ``group(of:)`` gave.
    mutating func add(_ value: Double, at time: UInt64, group: Int) {
        let (time, overflow) = Int64(clamping: time).addingReportingOverflow(aggregation.offset)
        guard !overflow, !steps.windows(holding: time, range: aggregation.range).isEmpty else { return }
        groups[group].add(value, at: time)
        heldBytes += 16
    }

    /// Entries that the engine counted: bucket `i` has `values[i]` (entries, or bytes of them) between two neighbours of
    /// `edges`, all within the same windows.
    mutating func add(
        _ labels: LogLabels, _ values: ArraySlice<UInt64>, entries: ArraySlice<UInt64>, edges: [UInt64]
    ) {
        var at: Int?
        for (bucket, (value, count)) in zip(values, entries).enumerated() where count > 0 {
            let (time, overflow) = Int64(clamping: edges[bucket]).addingReportingOverflow(aggregation.offset)
            let windows = overflow ? 0..<0 : steps.windows(holding: time, range: aggregation.range)
            guard !windows.isEmpty else { continue }
            let group = at ?? group(of: labels)
            at = group
            groups[group].differences[windows.lowerBound] += Double(value)
            groups[group].differences[windows.upperBound] -= Double(value)
        }
    }

    private func shown(_ labels: LogLabels) -> String {
        let pairs = labels.pairs(.stream, .metadata, .parsed)
        return "{" + pairs.map { "\($0.name)=\(QuotedText.quote($0.value))" }.joined(separator: ", ") + "}"
    }

    static func convert(_ text: String, _ conversion: LogQLUnwrap.Conversion) -> Double? {
        switch conversion {
        case .none: NumberText.value(text)
        case .duration, .durationSeconds: NumberText.goDuration(text).map { Double($0) / 1e9 }
        case .bytes: NumberText.size(text).map { Double($0) }
        }
    }

    mutating func group(of labels: LogLabels) -> Int {
        var pairs = labels.pairs(.stream, .metadata, .parsed)
        if let grouping {
            pairs.removeAll { grouping.labels.contains($0.name) == grouping.isWithout }
        } else if aggregation.operation == .absentOverTime {
            pairs = []
        }
        // The label that the numbers come from stays only where it is asked for.
        if let unwrap = aggregation.unwrap, grouping?.isWithout ?? true {
            pairs.removeAll { $0.name == unwrap.label }
        }
        let key = LogStreams.key(pairs)
        if let known = index[key] { return known }
        index[key] = groups.count
        var group = Group(labels: pairs)
        if counts { group.differences = Array(repeating: 0, count: steps.count + 1) }
        groups.append(group)
        heldBytes += 64 + key.utf8.count * 2 + steps.count * 8
        return groups.count - 1
    }

    func finish() -> [LogSeries] {
        if aggregation.operation == .absentOverTime { return absent() }
        var out: [LogSeries] = []
        for group in groups.sorted(by: { LogStreams.key($0.labels) < LogStreams.key($1.labels) }) {
            let values = counts ? counted(group) : windowed(group)
            if values.contains(where: { $0 != nil }) { out.append(LogSeries(labels: group.labels, values: values)) }
        }
        return out
    }

    private var seconds: Double { Double(aggregation.range) / 1e9 }

    private func counted(_ group: Group) -> [Double?] {
        let isRate = aggregation.operation == .rate || aggregation.operation == .bytesRate
        var sum = 0.0
        return group.differences.dropLast().map { difference in
            sum += difference
            return sum == 0 ? nil : isRate ? sum / seconds : sum
        }
    }

    private func windowed(_ group: Group) -> [Double?] {
        var group = group
        group.sort()
        var low = 0
        var high = 0
        return (0..<steps.count).map { step in
            let end = steps.time(step)
            let start = end.subtractingSaturated(aggregation.range)
            while high < group.times.count, group.times[high] <= end { high += 1 }
            while low < high, group.times[low] <= start { low += 1 }
            guard low < high else { return nil }
            return LogWindow.value(
                aggregation.operation, aggregation.parameter, group.values[low..<high],
                times: group.times[low..<high], start: start, end: end)
        }
    }

    /// 1 at each step whose window is empty; the labels are those that equality matchers name.
    private func absent() -> [LogSeries] {
        var present = Array(repeating: false, count: steps.count)
        for group in groups {
            let values = counts ? counted(group) : windowed(group)
            for i in values.indices where values[i] != nil { present[i] = true }
        }
        guard present.contains(false) else { return [] }
        let labels = aggregation.pipeline.matchers.filter { $0.operation == .equal }.map { ($0.name, $0.value) }
        return [LogSeries(labels: LokiMapping.sorted(labels), values: present.map { $0 ? nil : 1 })]
    }
}

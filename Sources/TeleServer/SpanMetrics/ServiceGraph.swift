package import TeleEngine
import TeleModel

/// Who called whom in a time range: how far the counters of ``SpanMetrics`` rose in it. Read from their stored samples
/// and, for what came since the last of these, from memory; no span is looked at.
package struct ServiceGraph: Sendable {
    package struct Edge: Hashable, Sendable {
        package var client: String
        package var server: String
        /// The label `connection_type`: "" for a request between two services that send spans.
        package var connection: String
    }

    package struct Calls: Sendable {
        package var total: Double = 0
        package var failed: Double = 0

        var count: Int { ServiceGraph.count(total) }
        var failures: Int { ServiceGraph.count(failed) }
    }

    private static func count(_ value: Double) -> Int { Int(exactly: value.rounded()) ?? .max }

    /// What memory holds of the counters.
    package struct Live: Sendable {
        package struct Row: Sendable {
            var edge: Edge
            var total: UInt64
            var failed: UInt64
            /// Unix milliseconds.
            var since: Int64
        }

        /// When this process counted its first span, unix milliseconds; nil before it.
        var since: Int64?
        var rows: [Row] = []

        package init() {}
    }

    package private(set) var calls: [Edge: Calls] = [:]
    /// Times (unix nanoseconds of a span's start) in which a span may have started that was not counted: before
    /// counting began, or while it was switched off.
    package private(set) var uncounted: [Range<UInt64>] = []

    /// Counters are written every 15 s, and may be late by a few turns on a busy machine; milliseconds.
    private static let gap: Int64 = 60_000
    /// How much before the range samples are looked for that its first ones are compared with; milliseconds.
    private static let lookback: Int64 = 180_000

    /// `time`: unix nanoseconds. `now`: unix milliseconds.
    package init(
        _ time: Range<UInt64>, live: Live, now: Int64, _ snapshot: any EngineSnapshot, _ budget: QueryBudget
    ) throws(EngineError) {
        let from = Int64(clamping: time.lowerBound / 1_000_000)
        let to = max(from, Int64(clamping: time.upperBound / 1_000_000))
        var counters = CounterRises(from: from, to: to)
        for isFailed in [false, true] {
            let name = isFailed ? SpanMetricsWriter.failedRequests : SpanMetricsWriter.requests
            try ServiceGraph.select(name, from, to, snapshot, budget) { data in
                for series in 0..<data.count {
                    counters.add(data, series, Key(edge: Edge(data.labels[series]), isFailed: isFailed))
                }
            }
        }
        // Who asks for all until now says so a moment before the server looks at its clock.
        if now <= to.addingSaturated(ServiceGraph.gap) {
            for row in live.rows {
                for (isFailed, value) in [(false, row.total), (true, row.failed)] {
                    counters.add(Double(value), since: row.since, Key(edge: row.edge, isFailed: isFailed))
                }
            }
        }
        for (key, rise) in counters.rises where rise > 0 {
            if key.isFailed { calls[key.edge, default: Calls()].failed = rise }
            if !key.isFailed { calls[key.edge, default: Calls()].total = rise }
        }
        var turns: [Int64] = []
        try ServiceGraph.select(SpanMetricsWriter.droppedSpans, from, to, snapshot, budget) { data in
            turns += data.times
        }
        if let since = live.since { turns += [since, now] }
        uncounted = ServiceGraph.uncounted(turns.sorted(), from, min(to, now))
    }

    /// The dependencies of a time range in the words of an API: by the counters if they know all of it, else by its
    /// spans, or by what the counters know where those are too many for one query.
    static func dependencies<Answer>(
        _ time: Range<UInt64>, _ context: APIContext, counted: (ServiceGraph) -> Answer,
        spans: (any EngineSnapshot, QueryBudget) throws(EngineError) -> Answer
    ) throws(EngineError) -> Answer {
        let (snapshot, budget) = (context.engine.snapshot(), context.makeBudget())
        let graph = try ServiceGraph(
            time, live: context.facts().serviceGraph(), now: WallClock.milliseconds, snapshot, budget)
        if try graph.isWhole(snapshot, budget) { return counted(graph) }
        do throws(EngineError) { return try spans(snapshot, budget) } catch .overBudget where !graph.calls.isEmpty {
            return counted(graph)
        }
    }

    /// Whether no span was stored that the counters do not know.
    package func isWhole(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> Bool {
        for time in uncounted {
            var scan = SpanScan(time: time)
            scan.order = .any
            scan.columns = []
            scan.limitHint = 1
            var isEmpty = true
            try snapshot.scanSpans(scan, budget: budget) { (_: SpanBatch) throws(EngineError) -> Bool in
                isEmpty = false
                return false
            }
            if !isEmpty { return false }
        }
        return true
    }

    private static func uncounted(_ turns: [Int64], _ from: Int64, _ to: Int64) -> [Range<UInt64>] {
        var out: [Range<UInt64>] = []
        func add(_ low: Int64, _ high: Int64) {
            guard low < high else { return }
            let (start, isOver) = UInt64(max(0, low)).multipliedReportingOverflow(by: 1_000_000)
            let end = UInt64(max(0, high)).multipliedReportingOverflow(by: 1_000_000)
            if !isOver { out.append(start..<(end.overflow ? .max : end.partialValue)) }
        }
        let slack = SpanMetricsState.Limits().slack
        var known = from
        for (begin, end) in zip(turns, turns.dropFirst()) where end - begin <= gap && end > known {
            // What ended up to so long before was counted when it came.
            add(known, min(to, begin - slack))
            known = end
        }
        if known == from || to - known > gap { add(known, to) }
        return out
    }

    private static func select(
        _ name: String, _ from: Int64, _ to: Int64, _ snapshot: any EngineSnapshot, _ budget: QueryBudget,
        _ body: (SeriesData) -> Void
    ) throws(EngineError) {
        guard let matcher = try? Matcher(name: "__name__", .equal, name) else { return }
        let low = from > Int64.min + lookback ? from - lookback : from
        let selection = SeriesSelection(matchers: [matcher], time: low...to)
        try snapshot.select(selection, budget: budget) { (data: SeriesData) throws(EngineError) -> Bool in
            body(data)
            return true
        }
    }
}

extension ServiceGraph.Edge {
    init(_ labels: LabelSet) {
        self.init(
            client: labels["client"] ?? "", server: labels["server"] ?? "",
            connection: labels["connection_type"] ?? "")
    }
}

/// Which counter of an edge.
private struct Key: Hashable {
    var edge: ServiceGraph.Edge
    var isFailed: Bool
}

/// How far counters rise within a time range. A counter that falls, or that starts within the range, rose from 0.
private struct CounterRises {
    /// Unix milliseconds.
    let from: Int64
    let to: Int64
    private(set) var rises: [Key: Double] = [:]
    private var last: [Key: (value: Double, started: Int64)] = [:]

    init(from: Int64, to: Int64) {
        self.from = from
        self.to = to
    }

    /// The samples of a series, by time.
    mutating func add(_ data: SeriesData, _ series: Int, _ key: Key) {
        let known = series < data.startedAll.count ? data.startedAll[series] : 0
        for i in data.offsets[series]..<data.offsets[series + 1] where data.times[i] <= to && !data.values[i].isNaN {
            let started = known != 0 || i >= data.started.count ? known : data.started[i]
            if data.times[i] <= from {
                last[key] = (data.values[i], started)
            } else {
                add(data.values[i], since: started, key)
            }
        }
    }

    /// A value within the range that is newer than all before.
    mutating func add(_ value: Double, since started: Int64, _ key: Key) {
        if let last = last[key] {
            let isNew = value < last.value || started > last.started && last.started != 0
            rises[key, default: 0] += isNew ? value : value - last.value
        } else if started >= from {
            rises[key, default: 0] += value
        }
        last[key] = (value, started)
    }
}

package import TeleEngine
package import TeleModel
package import TeleQL

/// Entries with equal labels, in the direction of the query.
package struct LogStreamResult: Sendable {
    package struct Entry: Sendable {
        package var time: UInt64
        package var line: [UInt8]
        /// Filled where the query separates them from the stream's labels.
        package var metadata: [LokiMapping.Pair]
        package var parsed: [LokiMapping.Pair]
    }

    /// Sorted by name.
    package var labels: [LokiMapping.Pair]
    package var entries: [Entry]
}

/// A log query over a half-open time range.
package struct LogSearch: Sendable {
    package var pipeline: LogQLPipeline
    /// Unix nanoseconds.
    package var time: Range<UInt64>
    package var limit: Int
    package var isForward: Bool
    /// Labels of streams alone make the streams; metadata and parsed labels stand with each entry.
    package var categorizes: Bool
    /// Entries less than this many nanoseconds after the one taken before are left out; 0 for all.
    package var interval: UInt64 = 0

    package init(pipeline: LogQLPipeline, time: Range<UInt64>, limit: Int, isForward: Bool, categorizes: Bool) {
        self.pipeline = pipeline
        self.time = time
        self.limit = limit
        self.isForward = isForward
        self.categorizes = categorizes
    }

    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [LogStreamResult] {
        guard limit > 0, !time.isEmpty else { return [] }
        let streams = try LogStreams(matching: pipeline.matchers, time: time, snapshot: snapshot, budget: budget)
        if streams.isEmpty { return [] }
        let runner = LogPipelineRunner(pipeline, streams: streams, needsMetadata: true, needsLine: true)
        var results: [LogStreamResult] = []
        var index: [String: Int] = [:]
        var taken = 0
        var lastTime: UInt64?
        var bytes = 0
        /// Whether more are wanted.
        func take(_ entry: LogEntry) -> Bool {
            let labels = categorizes ? entry.labels.pairs(.stream) : entry.labels.pairs(.stream, .metadata, .parsed)
            let key = LogStreams.key(labels)
            let at: Int
            if let known = index[key] {
                at = known
            } else {
                at = results.count
                index[key] = at
                results.append(LogStreamResult(labels: labels, entries: []))
            }
            if interval > 0, let lastTime {
                let gap = entry.time > lastTime ? entry.time - lastTime : lastTime - entry.time
                if gap < interval { return true }
            }
            lastTime = entry.time
            bytes += entry.line.count + 64 * entry.labels.labels.count
            results[at].entries.append(
                LogStreamResult.Entry(
                    time: entry.time, line: entry.line, metadata: categorizes ? entry.labels.pairs(.metadata) : [],
                    parsed: categorizes ? entry.labels.pairs(.parsed) : []))
            taken += 1
            return taken < limit
        }
        let scan = runner.scan(
            time, order: isForward ? .oldestFirst : .newestFirst, limit: limit,
            keys: snapshot.logAttributeKeys(time: time))
        if let lookup = LogTraceLookup(pipeline, streams) {
            for entry in try entries(lookup, lookup.scans(scan), runner, snapshot, budget) where !take(entry) { break }
        } else {
            try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
                bytes = 0
                runner.forEachEntry(in: batch, take)
                try budget.charge(bytes: bytes)
                return taken < limit
            }
        }
        return results.filter { !$0.entries.isEmpty }
            .sorted { LogStreams.key($0.labels).utf8.lexicographicallyPrecedes(LogStreams.key($1.labels).utf8) }
    }

    /// The entries of several scans in the order of one.
    private func entries(
        _ lookup: LogTraceLookup, _ scans: [LogScan], _ runner: LogPipelineRunner, _ snapshot: any EngineSnapshot,
        _ budget: QueryBudget
    ) throws(EngineError) -> [LogEntry] {
        var out: [LogEntry] = []
        for (number, scan) in scans.enumerated() {
            var count = 0
            try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
                var bytes = 0
                runner.forEachEntry(in: batch, skipping: { lookup.isFound($0, $1, before: number) }) { entry in
                    bytes += entry.line.count + 64 * entry.labels.labels.count
                    out.append(entry)
                    count += 1
                    return count < limit || interval > 0
                }
                try budget.charge(bytes: bytes)
                return count < limit || interval > 0
            }
        }
        return isForward ? out.sorted { $0.time < $1.time } : out.sorted { $0.time > $1.time }
    }
}

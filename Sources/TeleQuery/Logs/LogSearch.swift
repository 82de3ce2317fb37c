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
    /// Entries less than this many nanoseconds after the one before of their stream are left out; 0 for all.
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
        let scan = runner.scan(time, order: isForward ? .oldestFirst : .newestFirst, limit: limit)
        try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
            var bytes = 0
            runner.forEachEntry(in: batch) { entry in
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
                if interval > 0, let last = results[at].entries.last {
                    let gap = entry.time > last.time ? entry.time - last.time : last.time - entry.time
                    if gap < interval { return true }
                }
                bytes += entry.line.count + 64 * entry.labels.labels.count
                results[at].entries.append(
                    LogStreamResult.Entry(
                        time: entry.time, line: entry.line, metadata: categorizes ? entry.labels.pairs(.metadata) : [],
                        parsed: categorizes ? entry.labels.pairs(.parsed) : []))
                taken += 1
                return taken < limit
            }
            try budget.charge(bytes: bytes)
            return taken < limit
        }
        return results.filter { !$0.entries.isEmpty }
            .sorted { LogStreams.key($0.labels).utf8.lexicographicallyPrecedes(LogStreams.key($1.labels).utf8) }
    }
}

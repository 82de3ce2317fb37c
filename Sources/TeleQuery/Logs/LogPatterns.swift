package import TeleEngine
import TeleModel
package import TeleQL

/// The shapes that lines have: words that stay, `<_>` for what changes, with counts over time. Lines of as many words
/// and the same first word are one pattern where at least half of their words agree (after Drain, He et al. 2017).
package struct LogPatterns: Sendable {
    package struct Pattern: Sendable {
        package var text: String
        package var level: String
        /// Unix seconds of a step's start and the lines in it, oldest first.
        package var samples: [(time: Int64, count: Int)]
        package var total: Int
    }

    package var pipeline: LogQLPipeline
    /// Unix nanoseconds.
    package var time: Range<UInt64>
    /// Nanoseconds.
    package var step: UInt64

    private static let mostBuckets: UInt64 = 11_000
    private static let bytesPerPattern = 4096

    package init(pipeline: LogQLPipeline, time: Range<UInt64>, step: UInt64) {
        self.pipeline = pipeline
        self.time = time
        self.step = max(1_000_000_000, step)
    }

    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [Pattern] {
        guard !time.isEmpty else { return [] }
        let streams = try LogStreams(matching: pipeline.matchers, time: time, snapshot: snapshot, budget: budget)
        if streams.isEmpty { return [] }
        let runner = LogPipelineRunner(pipeline, streams: streams, needsMetadata: true, needsLine: true)
        var found = LogPatternClusters(step: step)
        func addLines(_ batch: LogBatch) throws(EngineError) {
            let before = found.count
            runner.forEachEntry(in: batch) { entry in
                found.add(entry.line[...], level: entry.labels[LogPatterns.level] ?? "", time: entry.time, rows: 1)
                return true
            }
            try budget.charge(bytes: (found.count - before) * LogPatterns.bytesPerPattern)
        }
        let scan = runner.scan(time, order: .newestFirst, limit: nil)
        guard let counting = counting(scan, streams) else {
            try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
                try addLines(batch)
                return true
            }
            return found.patterns
        }
        try snapshot.countTemplates(counting, budget: budget) { (templates) throws(EngineError) in
            let before = found.count
            found.add(templates, counting, streams)
            try budget.charge(bytes: (found.count - before) * LogPatterns.bytesPerPattern)
        } undecided: { (batch) throws(EngineError) in
            try addLines(batch)
        }
        return found.patterns
    }

    private static let level = "detected_level"

    /// What the engine is to count where templates and severities tell everything: without stages but line filters that
    /// it decides. Records that may have a label for the level come as rows.
    private func counting(_ scan: LogScan, _ streams: LogStreams) -> LogCounting? {
        for stage in pipeline.stages {
            guard case .line(let filter) = stage, LogPipelineRunner.conditions(filter) != nil else { return nil }
        }
        guard (time.upperBound - time.lowerBound) / step <= LogPatterns.mostBuckets else { return nil }
        var edges = [time.lowerBound - time.lowerBound % step]
        while let last = edges.last, last < time.upperBound {
            let (next, overflow) = last.addingReportingOverflow(step)
            edges.append(overflow ? .max : next)
            if overflow { break }
        }
        var counting = LogCounting(scan: scan, edges: edges)
        counting.labels = Set(LokiLevel.names + [LogPatterns.level])
        return counting
    }
}

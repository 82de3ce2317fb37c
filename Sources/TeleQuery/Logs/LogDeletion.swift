package import TeleEngine
import TeleModel
package import TeleQL

/// What a log query selects, as a deletion: a selector with line filters, which an engine decides alone.
package struct LogDeletion: Sendable {
    package let pipeline: LogQLPipeline
    /// Unix nanoseconds.
    package let time: Range<UInt64>

    /// nil where the query has a stage that an engine can't decide: nothing is deleted on a guess.
    package init?(pipeline: LogQLPipeline, time: Range<UInt64>) {
        let isDecided = pipeline.stages.allSatisfy { stage in
            guard case .line(let filter) = stage else { return false }
            return LogPipelineRunner.conditions(filter) != nil
        }
        guard isDecided else { return nil }
        self.pipeline = pipeline
        self.time = time
    }

    /// The records that are there now; nil where the selector chooses no stream.
    package func scan(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> LogScan? {
        let streams = try LogStreams(matching: pipeline.matchers, time: time, snapshot: snapshot, budget: budget)
        guard !streams.isEmpty else { return nil }
        var scan = LogScan(time: time)
        scan.resources = streams.fingerprints
        for stage in pipeline.stages {
            if case .line(let filter) = stage { scan.conditions += LogPipelineRunner.conditions(filter) ?? [] }
        }
        return scan
    }
}

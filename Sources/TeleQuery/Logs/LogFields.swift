package import TeleEngine
import TeleModel
package import TeleQL

/// The fields that lines have, found by looking at some of them: structured metadata, and what JSON or logfmt in the
/// line gives.
package struct LogFields: Sendable {
    package struct Field: Sendable {
        package var name: String
        package var type: String
        package var values: Set<String>
        /// `json`, `logfmt`; none for metadata.
        package var parsers: [String]
    }

    package var pipeline: LogQLPipeline
    /// Unix nanoseconds.
    package var time: Range<UInt64>
    /// Lines to look at, the newest.
    package var lineLimit: Int
    /// Fields at most.
    package var limit: Int

    package init(pipeline: LogQLPipeline, time: Range<UInt64>, lineLimit: Int, limit: Int) {
        self.pipeline = pipeline
        self.time = time
        self.lineLimit = lineLimit
        self.limit = limit
    }

    package func run(_ snapshot: any EngineSnapshot, _ budget: QueryBudget) throws(EngineError) -> [Field] {
        guard !time.isEmpty, lineLimit > 0 else { return [] }
        let streams = try LogStreams(matching: pipeline.matchers, time: time, snapshot: snapshot, budget: budget)
        if streams.isEmpty { return [] }
        let runner = LogPipelineRunner(pipeline, streams: streams, needsMetadata: true, needsLine: true)
        var found = Found(limit: limit)
        var seen = 0
        let scan = runner.scan(time, order: .newestFirst, limit: lineLimit)
        try snapshot.scanLogs(scan, budget: budget) { (batch: LogBatch) throws(EngineError) -> Bool in
            let before = found.heldBytes
            runner.forEachEntry(in: batch) { entry in
                seen += 1
                found.add(entry)
                return seen < lineLimit
            }
            try budget.charge(bytes: found.heldBytes - before)
            return seen < lineLimit
        }
        return found.fields.sorted { $0.name < $1.name }
    }

    private struct Found {
        let limit: Int
        var fields: [Field] = []
        var heldBytes = 0
        private var index: [String: Int] = [:]

        init(limit: Int) { self.limit = limit }

        mutating func add(_ entry: LogEntry) {
            for pair in entry.labels.pairs(.metadata) { add(pair.name, pair.value, parser: nil) }
            let stream = entry.labels.pairs(.stream)
            var labels = LogLabels(stream: stream, metadata: [])
            var parser = "json"
            LogJSONStage.run([], entry.line, &labels)
            if labels.hasError {
                parser = "logfmt"
                labels = LogLabels(stream: stream, metadata: [])
                LogLogfmtStage.run(strict: false, keepEmpty: false, [], entry.line, &labels)
            }
            let parsed = labels.pairs(.parsed)
            for pair in parsed { add(pair.name, pair.value, parser: parser) }
            guard parsed.isEmpty else { return }
            for pair in entry.labels.pairs(.parsed) where !pair.name.hasPrefix("__") {
                add(pair.name, pair.value, parser: nil)
            }
        }

        private mutating func add(_ name: String, _ value: String, parser: String?) {
            let at: Int
            if let known = index[name] {
                at = known
            } else {
                guard fields.count < limit else { return }
                at = fields.count
                index[name] = at
                fields.append(Field(name: name, type: LogFields.type(of: value), values: [], parsers: []))
            }
            if let parser, !fields[at].parsers.contains(parser) { fields[at].parsers.append(parser) }
            if fields[at].values.insert(value).inserted { heldBytes += value.utf8.count + 48 }
        }
    }

    static func type(of value: String) -> String {
        if Int64(value) != nil { return "int" }
        if NumberText.value(value) != nil { return "float" }
        if ["true", "false", "True", "False", "TRUE", "FALSE", "t", "f", "T", "F"].contains(value) { return "boolean" }
        if NumberText.goDuration(value) != nil { return "duration" }
        if NumberText.size(value) != nil { return "bytes" }
        return "string"
    }
}

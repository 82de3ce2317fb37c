package import TeleModel
package import TeleQL

/// A log query over batches as they arrive: nothing of it has been decided by an engine, so all stages run here.
package struct LogTail: Sendable {
    /// One entry with the labels of the stream that it goes into.
    package struct Line: Sendable {
        /// Sorted by name.
        package var labels: [LokiMapping.Pair]
        /// Equal for equal labels.
        package var key: String
        package var entry: LogStreamResult.Entry
    }

    package let pipeline: LogQLPipeline
    /// As ``LogSearch/categorizes``.
    package let categorizes: Bool

    package init(pipeline: LogQLPipeline, categorizes: Bool) {
        self.pipeline = pipeline
        self.categorizes = categorizes
    }

    private struct Stream {
        var labels: [LokiMapping.Pair]
        var metadata: [LokiMapping.Pair]
    }

    /// The entries that the query selects, in the batch's order; none older than `start` (unix nanoseconds).
    package func lines(of batch: LogBatch, since start: UInt64) -> [Line] {
        let streams = (0..<batch.core.resources.count).map { stream(batch.core, $0) }
        guard streams.contains(where: { $0 != nil }) else { return [] }
        var scopes: [UInt32: [LokiMapping.Pair]] = [:]
        var out: [Line] = []
        for row in 0..<batch.count {
            guard let stream = streams[Int(batch.resource[row])], batch.timestamp(row) >= start else { continue }
            let scope = batch.scope[row]
            let scopePairs = scopes[scope] ?? LokiMapping.scopeMetadata(batch.core, scope: Int(scope))
            scopes[scope] = scopePairs
            let line = LokiMapping.line(batch, row: row)
            let metadata = LokiMapping.metadata(
                record: LokiMapping.recordMetadata(batch, row: row), resource: stream.metadata, scope: scopePairs,
                labels: stream.labels, severity: batch.severity[row], line: line)
            var entry = LogEntry(
                time: batch.timestamp(row), line: line, labels: LogLabels(stream: stream.labels, metadata: metadata))
            if pipeline.stages.allSatisfy({ LogStageRunner.run($0, &entry) }) { out.append(self.line(entry)) }
        }
        return out
    }

    /// What a search found, as lines in the order of time.
    package func lines(of streams: [LogStreamResult]) -> [Line] {
        streams.flatMap { stream in
            let key = LogStreams.key(stream.labels)
            return stream.entries.map { Line(labels: stream.labels, key: key, entry: $0) }
        }.sorted { $0.entry.time < $1.entry.time }
    }

    /// Lines as streams, in the order in which their labels occur first.
    package static func streams(_ lines: some Sequence<Line>) -> [LogStreamResult] {
        var out: [LogStreamResult] = []
        var index: [String: Int] = [:]
        for line in lines {
            if let at = index[line.key] {
                out[at].entries.append(line.entry)
            } else {
                index[line.key] = out.count
                out.append(LogStreamResult(labels: line.labels, entries: [line.entry]))
            }
        }
        return out
    }

    private func stream(_ core: BatchCore, _ resource: Int) -> Stream? {
        let labels = LokiMapping.streamLabels(core, resource: resource)
        let isWanted = pipeline.matchers.allSatisfy { matcher in
            matcher.accepts(labels.first { $0.name == matcher.name }?.value ?? "")
        }
        return isWanted
            ? Stream(labels: labels, metadata: LokiMapping.resourceMetadata(core, resource: resource)) : nil
    }

    private func line(_ entry: LogEntry) -> Line {
        let labels = categorizes ? entry.labels.pairs(.stream) : entry.labels.pairs(.stream, .metadata, .parsed)
        return Line(
            labels: labels, key: LogStreams.key(labels),
            entry: LogStreamResult.Entry(
                time: entry.time, line: entry.line, metadata: categorizes ? entry.labels.pairs(.metadata) : [],
                parsed: categorizes ? entry.labels.pairs(.parsed) : []))
    }
}

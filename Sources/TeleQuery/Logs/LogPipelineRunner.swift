package import TeleEngine
package import TeleModel
package import TeleQL

/// One entry after the pipeline.
package struct LogEntry: Sendable {
    /// Unix nanoseconds.
    package var time: UInt64
    package var line: [UInt8]
    package var labels: LogLabels
}

/// Runs the stages of one pipeline over batches of rows: what the engine can decide goes down as conditions, the rest
/// is done here for the rows that come back.
package struct LogPipelineRunner {
    let streams: LogStreams
    let stages: [LogQLStage]
    /// Without it entries carry their stream labels only, and bodies are read for line stages alone.
    let needsMetadata: Bool
    let needsLine: Bool

    package init(_ pipeline: LogQLPipeline, streams: LogStreams, needsMetadata: Bool, needsLine: Bool) {
        self.streams = streams
        stages = pipeline.stages
        let usesLabels = stages.contains { if case .line = $0 { false } else { true } }
        self.needsMetadata = needsMetadata || usesLabels
        self.needsLine = needsLine || !stages.isEmpty || self.needsMetadata
    }

    /// How many leading stages the engine has decided for string bodies.
    private var pushedStages: Int {
        stages.prefix { if case .line = $0 { true } else { false } }.count
    }

    /// The scan for a time range, conditions included.
    package func scan(_ time: Range<UInt64>, order: ScanOrder, limit: Int?) -> LogScan {
        var scan = LogScan(time: time)
        scan.resources = streams.fingerprints
        scan.order = order
        scan.limitHint = limit
        scan.columns = needsMetadata ? .all : needsLine ? .body : []
        for case .line(let filter) in stages.prefix(pushedStages) {
            scan.conditions += LogPipelineRunner.conditions(filter)
        }
        return scan
    }

    static func conditions(_ filter: LogQLLineFilter) -> [LogCondition] {
        switch filter.operation {
        case .containsNot: return filter.texts.map { .bodyContainsNot(Array($0.utf8)) }
        case .matchesNot: return filter.patterns.map { .bodyMatchesNot($0) }
        case .contains where filter.texts.count == 1:
            return filter.texts[0].isEmpty ? [] : [.bodyContains(Array(filter.texts[0].utf8))]
        case .matches where filter.patterns.count == 1: return [.bodyMatches(filter.patterns[0])]
        case .contains:
            guard let any = try? Pattern(filter.texts.map(quoted).joined(separator: "|")) else { return [] }
            return [.bodyMatches(any)]
        case .matches:
            guard let any = try? Pattern(filter.texts.map { "(?:\($0))" }.joined(separator: "|")) else { return [] }
            return [.bodyMatches(any)]
        }
    }

    /// A text as a pattern that matches it alone.
    static func quoted(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, #"\.+*?()|[]{}^$"#.unicodeScalars.contains(scalar) { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out
    }

    /// Calls with the entries of a batch that pass all stages, in the batch's order, until it returns false.
    package func forEachEntry(in batch: LogBatch, _ body: (LogEntry) -> Bool) {
        var scopes: [UInt32: [LokiMapping.Pair]] = [:]
        let pushed = pushedStages
        for row in 0..<batch.count {
            let fingerprint = batch.core.resources.fingerprints[Int(batch.resource[row])]
            guard let stream = streams.byFingerprint[fingerprint] else { continue }
            var line: [UInt8] = []
            var metadata: [LokiMapping.Pair] = []
            var decided = 0
            if needsLine {
                line = LokiMapping.line(batch, row: row)
                if batch.bodyKind[row] == ValueKind.string.rawValue { decided = pushed }
            }
            if needsMetadata {
                let scope = batch.scope[row]
                let scopePairs = scopes[scope] ?? LokiMapping.scopeMetadata(batch.core, scope: Int(scope))
                scopes[scope] = scopePairs
                metadata = LokiMapping.metadata(
                    record: LokiMapping.recordMetadata(batch, row: row), resource: stream.metadata, scope: scopePairs,
                    labels: stream.labels, severity: batch.severity[row], line: line)
            }
            var entry = LogEntry(
                time: batch.timestamp(row), line: line, labels: LogLabels(stream: stream.labels, metadata: metadata))
            let passes = stages.dropFirst(decided).allSatisfy { LogStageRunner.run($0, &entry) }
            if passes, !body(entry) { return }
        }
    }
}

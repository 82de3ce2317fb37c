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
        var sawLine = true
        isPushed = stages.map { stage in
            switch stage {
            case .line(let filter): return sawLine && LogPipelineRunner.conditions(filter) != nil
            case .decolorize, .unpack, .lineFormat:
                sawLine = false
                return false
            default: return false
            }
        }
        self.needsLine = needsLine || !stages.isEmpty || self.needsMetadata
    }

    /// For each stage whether the engine decides it for string bodies: line filters that see the line as it came.
    private let isPushed: [Bool]

    /// The scan for a time range, conditions included: with the attribute keys that there are, of label filters too.
    package func scan(
        _ time: Range<UInt64>, order: ScanOrder, limit: Int?, keys: LogAttributeKeys? = nil
    ) -> LogScan {
        var scan = LogScan(time: time)
        scan.resources = streams.fingerprints
        scan.order = order
        scan.limitHint = limit
        scan.columns = needsMetadata ? .all : needsLine ? .body : []
        for (stage, isPushed) in zip(stages, isPushed) {
            if isPushed, case .line(let filter) = stage {
                scan.conditions += LogPipelineRunner.conditions(filter) ?? []
            }
        }
        if let keys {
            guard let conditions = LogLabelConditions.conditions(stages, streams, keys) else {
                scan.time = time.lowerBound..<time.lowerBound
                return scan
            }
            scan.conditions += conditions
        }
        return scan
    }

    /// The filter as conditions that decide it; nil where the engine has none for it.
    static func conditions(_ filter: LogQLLineFilter) -> [LogCondition]? {
        var conditions: [LogCondition] = []
        for test in filter.tests {
            switch (test, filter.operation.isNegative) {
            case (.text(let text), false): conditions.append(.bodyContains(text))
            case (.text(let text), true): conditions.append(.bodyContainsNot(text))
            case (.matches(let pattern), false): conditions.append(.bodyMatches(pattern))
            case (.matches(let pattern), true): conditions.append(.bodyMatchesNot(pattern))
            default: return nil
            }
        }
        if filter.operation.isNegative { return conditions }
        if conditions.count == 1 {
            if case .bodyContains(let text) = conditions[0], text.isEmpty { return [] }
            return conditions
        }
        let sources = filter.tests.map { test in
            switch test {
            case .text(let text): quoted(String(decoding: text, as: UTF8.self))
            case .matches(let pattern): "(?:\(pattern.source))"
            default: ""
            }
        }
        guard let any = try? Pattern(sources.joined(separator: "|")) else { return nil }
        return [.bodyMatches(any)]
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
    package func forEachEntry(
        in batch: LogBatch, skipping isSkipped: (LogBatch, Int) -> Bool = { _, _ in false }, _ body: (LogEntry) -> Bool
    ) {
        var scopes: [UInt32: [LokiMapping.Pair]] = [:]
        for row in 0..<batch.count {
            let fingerprint = batch.core.resources.fingerprints[Int(batch.resource[row])]
            guard let stream = streams.byFingerprint[fingerprint], !isSkipped(batch, row) else { continue }
            var line: [UInt8] = []
            var metadata: [LokiMapping.Pair] = []
            var isString = false
            if needsLine {
                line = LokiMapping.line(batch, row: row)
                isString = batch.bodyKind[row] == ValueKind.string.rawValue
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
            var passes = true
            for index in stages.indices where passes && !(isString && isPushed[index]) {
                passes = LogStageRunner.run(stages[index], &entry)
            }
            if passes, !body(entry) { return }
        }
    }
}

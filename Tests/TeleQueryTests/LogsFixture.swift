import TeleEngine
import TeleModel
import TeleQL
import TeleTestKit

@testable import TeleQuery

/// A log record in the words of a test.
struct LogRecord {
    var time: UInt64
    var body: String
    var resource: [String: String] = ["service.name": "api"]
    var attributes: [String: String] = [:]
    var severity: Int32 = 0
    var severityText = ""
    var number: Int64?
}

enum LogsFixture {
    static func batch(_ records: [LogRecord]) -> LogBatch {
        var batch = LogBatch()
        var keys: [String: UInt32] = [:]
        func key(_ name: String) -> UInt32 {
            if let known = keys[name] { return known }
            let index = UInt32(batch.core.keys.count)
            batch.core.keys.append(batch.core.heap.append(name))
            keys[name] = index
            return index
        }
        var resources: [[String: String]: UInt32] = [:]
        batch.core.scopes.names = [batch.core.heap.append("lib")]
        batch.core.scopes.versions = [.empty]
        batch.core.scopes.schemaURLs = [.empty]
        batch.core.scopes.droppedAttributes = [0]
        batch.core.scopes.attributes.closeOwner()
        for record in records {
            if resources[record.resource] == nil {
                let row = batch.core.resources.origins.count
                resources[record.resource] = UInt32(row)
                batch.core.resources.origins.append(ResourceOrigin.otlp.rawValue)
                batch.core.resources.schemaURLs.append(.empty)
                batch.core.resources.droppedAttributes.append(0)
                batch.core.resources.entityRefs.append(.empty)
                for (name, value) in record.resource.sorted(by: { $0.key < $1.key }) {
                    let index = key(name)
                    batch.core.resources.attributes.append(
                        key: index, .range(.string, batch.core.heap.append(value)))
                }
                batch.core.resources.attributes.closeOwner()
                batch.core.resources.fingerprints.append(batch.core.resourceFingerprint(row))
            }
            batch.resource.append(resources[record.resource] ?? 0)
            batch.scope.append(0)
            batch.time.append(record.time)
            batch.observed.append(0)
            batch.severity.append(record.severity)
            batch.severityText.append(batch.core.heap.append(record.severityText))
            let body: RawValue =
                record.number.map { .int($0) } ?? .range(.string, batch.core.heap.append(record.body))
            batch.bodyKind.append(body.kind.rawValue)
            batch.body.append(body.bits)
            batch.traceHigh.append(0)
            batch.traceLow.append(0)
            batch.span.append(0)
            batch.flags.append(0)
            batch.droppedAttributes.append(0)
            batch.eventName.append(.empty)
            for (name, value) in record.attributes.sorted(by: { $0.key < $1.key }) {
                let index = key(name)
                batch.attributes.append(key: index, .range(.string, batch.core.heap.append(value)))
            }
            batch.attributes.closeOwner()
        }
        return batch
    }

    static func snapshot(_ records: [LogRecord]) async throws -> any EngineSnapshot {
        let engine = MemoryEngine()
        // Several batches: results must not depend on how rows were cut.
        for start in stride(from: 0, to: records.count, by: 3) {
            try await engine.append(batch(Array(records[start..<min(start + 3, records.count)])))
        }
        return engine.snapshot()
    }

    /// The series of a metric query by their labels, with the stages and the range that its text leaves open.
    static func series(
        _ query: String, stages: String = "", range: String, _ steps: LogSteps, _ snapshot: any EngineSnapshot
    ) throws -> [String: [Double?]] {
        let text = query.replacing("STAGES", with: stages).replacing("RANGE", with: range)
        guard case .metric(let metric) = try LogQLParser.parse(text) else { return [:] }
        let result = try LogMetricEvaluator(steps: steps, snapshot: snapshot, budget: QueryBudget()).evaluate(metric)
        guard case .matrix(let series) = result else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: series.map { one in
                (one.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ","), one.values)
            })
    }
}

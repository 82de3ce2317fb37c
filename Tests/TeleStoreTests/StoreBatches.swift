import TeleEngine
import TeleModel
import TeleTestKit

/// Batches for the store's tests. Each record carries a number in its body or name, by which tests know it again.
enum StoreBatches {
    static let services = ["gateway", "checkout", "orders", "payments"]
    static let words = ["timeout", "connected", "retry", "refused", "ok"]
    static let day: UInt64 = 86_400_000_000_000

    static func core(_ service: String) -> BatchCore {
        var core = BatchCore()
        core.keys = [core.heap.append("service.name"), core.heap.append("status"), core.heap.append("route")]
        core.resources.origins = [0]
        core.resources.schemaURLs = [.empty]
        core.resources.droppedAttributes = [0]
        core.resources.entityRefs = [.empty]
        core.resources.attributes.append(key: 0, .range(.string, core.heap.append(service)))
        core.resources.attributes.closeOwner()
        core.resources.fingerprints = [core.resourceFingerprint(0)]
        core.scopes.names = [core.heap.append("scope")]
        core.scopes.versions = [.empty]
        core.scopes.schemaURLs = [.empty]
        core.scopes.droppedAttributes = [0]
        core.scopes.attributes.closeOwner()
        return core
    }

    static func logs(
        _ random: inout SeededGenerator, numbers: Range<Int>, around base: UInt64 = 20 * day,
        spread: UInt64 = 3_600_000_000_000
    ) -> LogBatch {
        var batch = LogBatch()
        batch.core = core(services[random.below(services.count)])
        for number in numbers {
            let time = base &+ random.next() % max(1, spread / 1_000) * 1_000
            batch.resource.append(0)
            batch.scope.append(0)
            batch.time.append(random.chance(0.1) ? 0 : time)
            batch.observed.append(time)
            batch.severity.append(Int32(random.below(24)))
            batch.severityText.append(batch.core.heap.append("INFO"))
            let text = "n=\(number) request \(words[random.below(words.count)]) after \(random.below(900)) ms"
            batch.bodyKind.append(ValueKind.string.rawValue)
            batch.body.append(batch.core.heap.append(text).packed)
            let traced = random.chance(0.5)
            batch.traceHigh.append(traced ? UInt64(number % 50) + 1 : 0)
            batch.traceLow.append(traced ? 7 : 0)
            batch.span.append(traced ? UInt64(number) + 1 : 0)
            batch.flags.append(0)
            batch.droppedAttributes.append(0)
            batch.eventName.append(.empty)
            if random.chance(0.7) { batch.attributes.append(key: 1, .int(Int64(200 + random.below(4) * 100))) }
            if random.chance(0.7) {
                batch.attributes.append(key: 2, .range(.string, batch.core.heap.append("/r\(random.below(5))")))
            }
            batch.attributes.closeOwner()
        }
        return batch
    }

    static func spans(
        _ random: inout SeededGenerator, numbers: Range<Int>, around base: UInt64 = 20 * day,
        spread: UInt64 = 3_600_000_000_000
    ) -> SpanBatch {
        var batch = SpanBatch()
        batch.core = core(services[random.below(services.count)])
        for number in numbers {
            let trace = number / 5
            let start = base &+ UInt64(trace) * 1_000_000 &+ random.next() % max(1, spread)
            batch.resource.append(0)
            batch.scope.append(0)
            batch.traceHigh.append(trace % 3 == 0 ? 0 : Hash64.combine(1, UInt64(trace)))
            batch.traceLow.append(Hash64.combine(2, UInt64(trace)))
            batch.span.append(UInt64(number) + 1)
            batch.parent.append(number % 5 == 0 ? 0 : UInt64(number))
            batch.start.append(start)
            batch.end.append(start &+ UInt64(random.below(5_000_000)))
            batch.name.append(batch.core.heap.append("op\(random.below(6))"))
            batch.kind.append(Int32(random.below(5)))
            batch.statusCode.append(Int32(random.below(3)))
            batch.statusMessage.append(.empty)
            batch.traceState.append(.empty)
            batch.flags.append(1)
            batch.droppedAttributes.append(0)
            batch.droppedEvents.append(0)
            batch.droppedLinks.append(0)
            if random.chance(0.7) { batch.attributes.append(key: 1, .int(Int64(200 + random.below(4) * 100))) }
            batch.attributes.closeOwner()
            if random.chance(0.3) {
                batch.events.time.append(start)
                batch.events.name.append(batch.core.heap.append("event"))
                batch.events.droppedAttributes.append(0)
                batch.events.attributes.append(key: 2, .range(.string, batch.core.heap.append("/e")))
                batch.events.attributes.closeOwner()
            }
            batch.events.ends.append(UInt32(batch.events.count))
            batch.links.ends.append(0)
        }
        return batch
    }

    static func samples(number: Int, time: Int64) -> SampleBatch {
        var batch = SampleBatch()
        let labels = LabelSet([("__name__", "m"), ("i", "\(number % 7)")])
        batch.seriesLabels = [batch.heap.append(labels.bytes)]
        batch.seriesHash = [labels.fingerprint]
        batch.series = [0]
        batch.time = [time]
        batch.value = [Double(number)]
        batch.started = [0]
        return batch
    }

    /// The number that a log's body begins with.
    static func number(_ batch: LogBatch, _ row: Int) -> Int {
        let text = batch.core.heap.string(batch.bodyValue(row).range)
        return Int(text.dropFirst(2).prefix { $0 != " " }) ?? -1
    }

    static func allLogNumbers(_ snapshot: any EngineSnapshot) throws -> [Int] {
        var found: [Int] = []
        var scan = LogScan(time: 0..<UInt64.max)
        scan.columns = .body
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch throws(EngineError) in
            for row in 0..<batch.count { found.append(number(batch, row)) }
            return true
        }
        return found
    }

    static func allSpanNumbers(_ snapshot: any EngineSnapshot) throws -> [Int] {
        var found: [Int] = []
        var scan = SpanScan(time: 0..<UInt64.max)
        scan.columns = []
        try snapshot.scanSpans(scan, budget: QueryBudget()) { batch throws(EngineError) in
            for row in 0..<batch.count { found.append(Int(batch.span[row]) - 1) }
            return true
        }
        return found
    }

    static func allSampleNumbers(_ snapshot: any EngineSnapshot) throws -> [Int] {
        let matcher = try Matcher(name: "__name__", .equal, "m")
        let data = try snapshot.select(
            SeriesSelection(matchers: [matcher], time: .min ... .max), budget: QueryBudget())
        return data.values.map { Int($0) }
    }
}

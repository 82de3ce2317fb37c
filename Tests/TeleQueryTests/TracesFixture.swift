import TeleEngine
import TeleModel
import TeleTestKit

/// A span in the words of a test.
struct SpanRecord {
    var trace: UInt64
    var id: UInt64
    var parent: UInt64 = 0
    var service = "shop"
    var name = "op"
    var start: UInt64
    var end: UInt64
    var kind: Int32 = 1
    var status: Int32 = 0
    var attributes: [(String, RawValue)] = []
    var texts: [String: String] = [:]
    var events: [(name: String, key: String, value: Int64)] = []
}

enum TracesFixture {
    static func batch(_ records: [SpanRecord]) -> SpanBatch {
        var batch = SpanBatch()
        var keys: [String: UInt32] = [:]
        func key(_ name: String) -> UInt32 {
            if let known = keys[name] { return known }
            let index = UInt32(batch.core.keys.count)
            batch.core.keys.append(batch.core.heap.append(name))
            keys[name] = index
            return index
        }
        batch.core.scopes.names = [batch.core.heap.append("lib")]
        batch.core.scopes.versions = [.empty]
        batch.core.scopes.schemaURLs = [.empty]
        batch.core.scopes.droppedAttributes = [0]
        batch.core.scopes.attributes.closeOwner()
        var resources: [String: UInt32] = [:]
        for record in records {
            if resources[record.service] == nil {
                let row = batch.core.resources.origins.count
                resources[record.service] = UInt32(row)
                batch.core.resources.origins.append(ResourceOrigin.otlp.rawValue)
                batch.core.resources.schemaURLs.append(.empty)
                batch.core.resources.droppedAttributes.append(0)
                batch.core.resources.entityRefs.append(.empty)
                let index = key("service.name")
                let value = batch.core.heap.append(record.service)
                batch.core.resources.attributes.append(key: index, .range(.string, value))
                batch.core.resources.attributes.closeOwner()
                batch.core.resources.fingerprints.append(batch.core.resourceFingerprint(row))
            }
            batch.resource.append(resources[record.service] ?? 0)
            batch.scope.append(0)
            batch.traceHigh.append(0xabcd)
            batch.traceLow.append(record.trace)
            batch.span.append(record.id)
            batch.parent.append(record.parent)
            batch.start.append(record.start)
            batch.end.append(record.end)
            batch.name.append(batch.core.heap.append(record.name))
            batch.kind.append(record.kind)
            batch.statusCode.append(record.status)
            batch.statusMessage.append(.empty)
            batch.traceState.append(.empty)
            batch.flags.append(0)
            batch.droppedAttributes.append(0)
            batch.droppedEvents.append(0)
            batch.droppedLinks.append(0)
            for (name, value) in record.attributes {
                let index = key(name)
                batch.attributes.append(key: index, value)
            }
            for (name, value) in record.texts {
                let index = key(name)
                batch.attributes.append(key: index, .range(.string, batch.core.heap.append(value)))
            }
            batch.attributes.closeOwner()
            for event in record.events {
                batch.events.time.append(record.start)
                batch.events.name.append(batch.core.heap.append(event.name))
                batch.events.droppedAttributes.append(0)
                let index = key(event.key)
                batch.events.attributes.append(key: index, .int(event.value))
                batch.events.attributes.closeOwner()
            }
            batch.events.ends.append(UInt32(batch.events.time.count))
            batch.links.ends.append(0)
        }
        return batch
    }

    static func snapshot(_ records: [SpanRecord]) async throws -> any EngineSnapshot {
        let engine = MemoryEngine()
        // A batch a span: what belongs together comes apart.
        for record in records { try await engine.append(batch([record])) }
        return engine.snapshot()
    }
}

import Foundation
import SwiftProtobuf

/// Requests as lists of single rows with their resource and scope, in one normal form, so that what swift-protobuf
/// read and what our decoder and encoder made of the same bytes can be compared whatever the grouping.
enum Rows {
    static let now: UInt64 = 77

    static func of(_ request: Tele_Test_LogsRequest) -> [Data] {
        var rows: [Data] = []
        for group in request.resourceLogs {
            for inner in group.scopeLogs {
                for record in inner.logRecords where isGood(record) {
                    var alone = Tele_Test_ResourceLogs()
                    alone.resource = normal(group.resource)
                    alone.schemaURL = group.schemaURL
                    var scope = Tele_Test_ScopeLogs()
                    scope.scope = normal(inner.scope)
                    scope.schemaURL = inner.schemaURL
                    scope.logRecords = [normal(record)]
                    alone.scopeLogs = [scope]
                    rows.append(bytes(alone))
                }
            }
        }
        return rows.sorted { $0.lexicographicallyPrecedes($1) }
    }

    static func of(_ request: Tele_Test_TracesRequest) -> [Data] {
        var rows: [Data] = []
        for group in request.resourceSpans {
            for inner in group.scopeSpans {
                for span in inner.spans where isGood(span) {
                    var alone = Tele_Test_ResourceSpans()
                    alone.resource = normal(group.resource)
                    alone.schemaURL = group.schemaURL
                    var scope = Tele_Test_ScopeSpans()
                    scope.scope = normal(inner.scope)
                    scope.schemaURL = inner.schemaURL
                    scope.spans = [normal(span)]
                    alone.scopeSpans = [scope]
                    rows.append(bytes(alone))
                }
            }
        }
        return rows.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func bytes(_ message: some Message) -> Data { (try? message.serializedData()) ?? Data() }

    private static func isZero(_ id: Data) -> Bool { id.allSatisfy { $0 == 0 } }

    static func isGood(_ record: Tele_Test_LogRecord) -> Bool {
        [0, 16].contains(record.traceID.count) && [0, 8].contains(record.spanID.count)
    }

    static func isGood(_ span: Tele_Test_Span) -> Bool {
        span.traceID.count == 16 && !isZero(span.traceID) && span.spanID.count == 8 && !isZero(span.spanID)
            && [0, 8].contains(span.parentSpanID.count)
            && span.links.allSatisfy { [0, 16].contains($0.traceID.count) && [0, 8].contains($0.spanID.count) }
    }

    private static func normal(_ id: Data) -> Data { isZero(id) ? Data() : id }

    private static func normal(_ value: Tele_Test_AnyValue) -> Tele_Test_AnyValue {
        var out = Tele_Test_AnyValue()
        out.value = value.value
        if case .arrayValue(let list)? = value.value {
            var inner = Tele_Test_ArrayValue()
            inner.values = list.values.map { normal($0) }
            out.arrayValue = inner
        }
        if case .kvlistValue(let list)? = value.value {
            var inner = Tele_Test_KeyValueList()
            inner.values = list.values.map { normal($0) }
            out.kvlistValue = inner
        }
        return out
    }

    /// A missing value is an empty one.
    private static func normal(_ pair: Tele_Test_KeyValue) -> Tele_Test_KeyValue {
        var out = Tele_Test_KeyValue()
        out.key = pair.key
        out.value = normal(pair.value)
        return out
    }

    private static func normal(_ resource: Tele_Test_Resource) -> Tele_Test_Resource {
        var out = Tele_Test_Resource()
        out.attributes = resource.attributes.map { normal($0) }
        out.droppedAttributesCount = resource.droppedAttributesCount
        out.entityRefs = resource.entityRefs
        return out
    }

    private static func normal(_ scope: Tele_Test_Scope) -> Tele_Test_Scope {
        var out = Tele_Test_Scope()
        out.name = scope.name
        out.version = scope.version
        out.attributes = scope.attributes.map { normal($0) }
        out.droppedAttributesCount = scope.droppedAttributesCount
        return out
    }

    private static func normal(_ record: Tele_Test_LogRecord) -> Tele_Test_LogRecord {
        var out = record
        out.unknownFields = UnknownStorage()
        out.attributes = record.attributes.map { normal($0) }
        out.traceID = normal(record.traceID)
        out.spanID = normal(record.spanID)
        if record.timeUnixNano == 0, record.observedTimeUnixNano == 0 { out.observedTimeUnixNano = now }
        if record.body.value == nil { out.clearBody() } else { out.body = normal(record.body) }
        return out
    }

    private static func normal(_ span: Tele_Test_Span) -> Tele_Test_Span {
        var out = span
        out.unknownFields = UnknownStorage()
        out.parentSpanID = normal(span.parentSpanID)
        out.attributes = span.attributes.map { normal($0) }
        var status = Tele_Test_Status()
        status.code = span.status.code
        status.message = span.status.message
        out.status = status
        out.events = span.events.map { event in
            var out = event
            out.unknownFields = UnknownStorage()
            out.attributes = event.attributes.map { normal($0) }
            return out
        }
        out.links = span.links.map { link in
            var out = link
            out.unknownFields = UnknownStorage()
            out.traceID = normal(link.traceID)
            out.spanID = normal(link.spanID)
            out.attributes = link.attributes.map { normal($0) }
            return out
        }
        return out
    }
}

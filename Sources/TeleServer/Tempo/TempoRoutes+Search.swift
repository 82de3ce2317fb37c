import TeleAPI
import TeleEngine
import TeleModel
import TeleQL
import TeleQuery

extension TempoRoutes {
    @Sendable static func search(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(TempoFailure) {
            let parameters = TempoParameters(request)
            var search = TraceSearch(
                query: try parameters.query(), time: try parameters.range(), limit: try parameters.limit(),
                spansPerSet: try parameters.spansPerSet())
            search.spansPerTrace = context.facts().configuration.query.traceSpans
            let budget = context.makeBudget()
            let results: [TraceResult]
            var cut: TraceCut?
            do throws(EngineError) {
                results = try search.run(context.engine.snapshot(), budget, cut: &cut)
            } catch { throw TempoFailure.engine(error) }
            return .json(answer(results, inspected: budget.rows, isCut: cut != nil)).marked(cut: cut)
        } catch { return error.response }
    }

    /// Clients of Tempo refuse fields that they do not know: a search that did not look at everything says so by its
    /// jobs, and why in a header.
    private static func answer(_ results: [TraceResult], inspected: Int, isCut: Bool) -> [UInt8] {
        var w = JSONWriter()
        w.beginObject()
        w.key("traces")
        w.beginArray()
        for result in results { write(result, &w) }
        w.endArray()
        w.key("metrics")
        w.beginObject()
        w.key("inspectedTraces")
        w.int(results.count)
        w.key("inspectedSpans")
        w.quotedInt(inspected)
        w.key("completedJobs")
        w.int(isCut ? 0 : 1)
        w.key("totalJobs")
        w.int(1)
        w.endObject()
        w.endObject()
        return w.bytes
    }

    private static func write(_ result: TraceResult, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("traceID")
        w.string(String(result.id.hex.drop { $0 == "0" }))
        w.key("rootServiceName")
        w.string(result.hasRoot ? result.rootService : "<root span not yet received>")
        w.key("rootTraceName")
        w.string(result.rootName)
        w.key("startTimeUnixNano")
        w.quotedInt(result.start)
        w.key("durationMs")
        w.int(result.duration / 1_000_000)
        // Both the list and, for older clients, its first element.
        if let first = result.sets.first {
            w.key("spanSet")
            write(first, result.heap, &w)
        }
        w.key("spanSets")
        w.beginArray()
        for set in result.sets { write(set, result.heap, &w) }
        w.endArray()
        w.key("serviceStats")
        w.beginObject()
        for service in result.services {
            w.key(service.name)
            w.beginObject()
            w.key("spanCount")
            w.int(service.stats.spans)
            if service.stats.errors > 0 {
                w.key("errorCount")
                w.int(service.stats.errors)
            }
            w.endObject()
        }
        w.endObject()
        w.endObject()
    }

    private static func write(_ set: TraceResult.Set, _ heap: ByteHeap, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("spans")
        w.beginArray()
        for span in set.spans {
            w.beginObject()
            w.key("spanID")
            w.string(span.id.hex)
            w.key("name")
            w.string(span.name)
            w.key("startTimeUnixNano")
            w.quotedInt(span.start)
            w.key("durationNanos")
            w.quotedInt(span.duration)
            if !span.attributes.isEmpty || !span.intrinsics.isEmpty {
                w.key("attributes")
                w.beginArray()
                for attribute in span.attributes {
                    w.beginObject()
                    w.key("key")
                    w.string(attribute.key)
                    w.key("value")
                    write(attribute.value, heap, &w)
                    w.endObject()
                }
                for intrinsic in span.intrinsics { write(intrinsic.key, intrinsic.value, &w) }
                w.endArray()
            }
            w.endObject()
        }
        w.endArray()
        w.key("matched")
        w.int(set.matched)
        if !set.groups.isEmpty {
            w.key("attributes")
            w.beginArray()
            for group in set.groups { write(group.name, group.value, &w) }
            w.endArray()
        }
        w.endObject()
    }

    /// A computed value under its name; a missing one as the text `nil`, as Tempo has it.
    static func write(_ key: String, _ value: TraceQLValue, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("key")
        w.string(key)
        w.key("value")
        w.beginObject()
        switch value {
        case .int(let number):
            w.key("intValue")
            w.quotedInt(number)
        case .double(let number):
            w.key("doubleValue")
            w.double(number)
        case .bool(let flag):
            w.key("boolValue")
            w.bool(flag)
        case .string, .duration, .status, .kind, .missing:
            w.key("stringValue")
            w.string(TraceValueText.text(of: value))
        }
        w.endObject()
        w.endObject()
    }

    /// As OTLP's JSON writes an `AnyValue`; nested values as their text.
    private static func write(_ value: RawValue, _ heap: ByteHeap, _ w: inout JSONWriter) {
        w.beginObject()
        switch value.kind {
        case .int:
            w.key("intValue")
            w.quotedInt(Int64(bitPattern: value.bits))
        case .double:
            w.key("doubleValue")
            w.double(Double(bitPattern: value.bits))
        case .bool:
            w.key("boolValue")
            w.bool(value.bits != 0)
        case .empty: break
        default:
            w.key("stringValue")
            w.string(ValueText.text(of: value, heap: heap))
        }
        w.endObject()
    }
}

import HTTPTypes
import TeleAPI
import TeleEngine
import TeleModel
import TeleQuery
import TeleWire

/// `/api/v3`: what Jaeger's own page calls; traces are OTLP within `result`.
extension JaegerRoutes {
    static let v3: [APIRoute] = [
        APIRoute([.get], prefix + "/v3/services") { _, context in
            do throws(JaegerFailure) {
                let names = try serviceNames(context)
                var w = JSONWriter()
                w.beginObject()
                w.key("services")
                w.beginArray()
                for name in names { w.string(name) }
                w.endArray()
                w.endObject()
                return .json(w.bytes)
            } catch { return error.responseV3 }
        },
        APIRoute([.get], prefix + "/v3/operations", handle: operationsV3),
        APIRoute([.get], prefix + "/v3/traces", handle: tracesV3),
        APIRoute([.get], prefix + "/v3/traces/{id}") { request, context in
            do throws(JaegerFailure) {
                return try read(request.pathParameters["id"] ?? "", context) { _, spans in result(spans.batch) }
            } catch { return error.responseV3 }
        },
    ]

    @Sendable private static func operationsV3(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            guard let service = request["service"], !service.isEmpty else {
                throw JaegerFailure.bad("parameter 'service' is required")
            }
            let all = try operationList(service, request["span_kind"] ?? request["spanKind"], context)
            var w = JSONWriter()
            w.beginObject()
            w.key("operations")
            w.beginArray()
            for operation in all { write(&w, operation) }
            w.endArray()
            w.endObject()
            return .json(w.bytes)
        } catch { return error.responseV3 }
    }

    @Sendable private static func tracesV3(_ request: APIRequest, _ context: APIContext) -> APIResponse {
        do throws(JaegerFailure) {
            let query = try JaegerParameters(request).queryV3()
            var builder = SpanBatchBuilder()
            let budget = context.makeBudget()
            var cut: TraceCut?
            do throws(EngineError) {
                cut = try query.run(TraceReader(context), budget) {
                    (_: TraceID, spans: TraceSpans) throws(EngineError) in
                    let before = builder.heapBytes
                    builder.append(spans.batch)
                    try budget.charge(bytes: builder.heapBytes - before + spans.batch.count * 112)
                }
            } catch { throw JaegerFailure.engine(error) }
            let batch = builder.finish()
            guard batch.count > 0 else { throw JaegerFailure.missing }
            return result(batch).marked(cut: cut)
        } catch { return error.responseV3 }
    }

    private static func result(_ batch: SpanBatch) -> APIResponse {
        .json(Array("{\"result\":".utf8) + OTLP.encodeTraces(json: batch) + Array("}".utf8))
    }
}

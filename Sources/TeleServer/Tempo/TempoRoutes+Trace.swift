import HTTPTypes
import TeleEngine
import TeleModel
import TeleWire

extension TempoRoutes {
    /// A trace by id. v1: the bare trace, 404 where there is none; v2: within a response message, empty where there is
    /// none. Protobuf where `Accept` asks for it, else JSON with base64 ids and enum names, as protobuf's JSON has them.
    static func trace(_ request: APIRequest, _ context: APIContext, version: Int) -> APIResponse {
        do throws(TempoFailure) {
            let text = request.pathParameters["id"] ?? ""
            guard let id = TraceID(hex: text) else {
                throw TempoFailure.bad("trace IDs can only contain up to 32 hex characters: \(text)")
            }
            let batch = try load(id, context)
            if batch.count == 0, version == 1 { throw TempoFailure.missing }
            let accept = request.headers[.accept] ?? ""
            if accept.contains("application/protobuf") || accept.contains("application/x-protobuf") {
                let trace = OTLP.encodeTraces(protobuf: batch)
                return APIResponse(contentType: "application/protobuf", body: version == 1 ? trace : wrapped(trace))
            }
            if batch.count == 0 { return .json(Array("{\"trace\":{\"resourceSpans\":[]}}".utf8)) }
            var style = JSONStyle.tempo
            if version == 1 { style.root = "batches" }
            let json = OTLP.encodeTraces(json: batch, style: style)
            return .json(version == 1 ? json : Array("{\"trace\":".utf8) + json + Array("}".utf8))
        } catch { return error.response }
    }

    private static func load(_ id: TraceID, _ context: APIContext) throws(TempoFailure) -> SpanBatch {
        if id.isNone { return SpanBatch() }
        do throws(EngineError) {
            return try context.engine.snapshot().trace(id, budget: context.makeBudget())
        } catch { throw TempoFailure.engine(error) }
    }

    /// The trace as field 1 of a `TraceByIDResponse`.
    private static func wrapped(_ trace: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x0a]
        Varint.append(UInt64(trace.count), to: &out)
        return out + trace
    }
}

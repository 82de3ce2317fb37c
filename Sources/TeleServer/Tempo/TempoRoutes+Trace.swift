import HTTPTypes
import TeleAPI
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
            let accept = request.headers[.accept] ?? ""
            let isProtobuf = accept.contains("application/protobuf") || accept.contains("application/x-protobuf")
            do throws(EngineError) {
                return try TraceReader(context).read(id) { (spans, budget) throws(EngineError) in
                    let response = answer(spans, id, version: version, isProtobuf: isProtobuf)
                    try budget.charge(bytes: response.body.count)
                    return response
                }
            } catch { throw TempoFailure.engine(error) }
        } catch { return error.response }
    }

    private static func answer(_ spans: TraceSpans, _ id: TraceID, version: Int, isProtobuf: Bool) -> APIResponse {
        let (batch, cut) = (spans.batch, spans.cutMessage(id))
        if version == 1 {
            if batch.count == 0 { return TempoFailure.missing.response }
            // A bare trace can't say that it is cut: refused, as Tempo does it.
            if let cut {
                let message = "\(cut); GET \(prefix)/v2/traces/\(id.hex) gives the first part\n"
                return .text(message, status: .unprocessableContent).marked(cut: cut)
            }
            if isProtobuf { return protobuf(OTLP.encodeTraces(protobuf: batch)) }
            var style = JSONStyle.tempo
            style.root = "batches"
            return .json(OTLP.encodeTraces(json: batch, style: style))
        }
        if isProtobuf { return protobuf(wrapped(OTLP.encodeTraces(protobuf: batch), cut)).marked(cut: cut) }
        var w = JSONWriter()
        w.beginObject()
        w.key("trace")
        if batch.count == 0 {
            w.raw("{\"resourceSpans\":[]}")
        } else {
            w.raw(OTLP.encodeTraces(json: batch, style: .tempo))
        }
        if let cut {
            w.key("status")
            w.string("PARTIAL")
            w.key("message")
            w.string(cut)
        }
        w.endObject()
        return .json(w.bytes).marked(cut: cut)
    }

    private static func protobuf(_ body: [UInt8]) -> APIResponse {
        APIResponse(contentType: "application/protobuf", body: body)
    }

    /// A `TraceByIDResponse`: trace (1), and where it is cut status (3, 1 is partial) and message (4).
    private static func wrapped(_ trace: [UInt8], _ cut: String?) -> [UInt8] {
        var out: [UInt8] = [0x0a]
        Varint.append(UInt64(trace.count), to: &out)
        out += trace
        guard let cut else { return out }
        out += [0x18, 1, 0x22]
        Varint.append(UInt64(cut.utf8.count), to: &out)
        return out + Array(cut.utf8)
    }
}

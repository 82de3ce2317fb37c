internal import HTTPTypes
internal import HummingbirdCore
internal import TeleModel

/// OTLP/HTTP: the answer has the encoding of the request (opentelemetry-proto, "OTLP/HTTP Response").
extension HTTPFront {
    func ingest(_ signal: Signal, _ request: Request) async throws -> APIResponse {
        let type = MediaType(request.headers[.contentType])
        let start = ContinuousClock.now
        do {
            let outcome = try await store(signal, type, request)
            metrics.stored(signal, by: .otlpHTTP, records: outcome.accepted, since: start)
            let type = type ?? .json
            return APIResponse(.ok, contentType: type.contentType, body: outcome.answer(signal, type))
        } catch let failure as IngestFailure {
            metrics.refused(failure)
            return HTTPFront.refusal(failure, type ?? .json)
        }
    }

    private func store(_ signal: Signal, _ type: MediaType?, _ request: Request) async throws -> IngestOutcome {
        _ = try state.engine()
        guard let type else {
            let sent = request.headers[.contentType].map { "\"\($0)\"" } ?? "missing"
            throw IngestFailure(
                .mediaType, "Content-Type is \(sent); OTLP takes application/x-protobuf and application/json")
        }
        guard let coding = ContentCoding(request.headers[.contentEncoding]) else {
            let sent = request.headers[.contentEncoding] ?? ""
            throw IngestFailure(.contentEncoding, "Content-Encoding \"\(sent)\" is none of \(ContentCoding.accepted)")
        }
        let reader = BodyReader(limit: pipeline.bodyLimit, admission: pipeline.admission)
        let (body, ticket) = try await reader.collect(request)
        if body.isEmpty {
            guard type == .protobuf else { throw IngestFailure(.malformed, "the body is empty, which is no JSON") }
            metrics.ingest(signal).requests.add()
            return IngestOutcome(accepted: 0)
        }
        return try await pipeline.ingest(signal, type, coding, body, ticket: ticket)
    }

    private static func refusal(_ failure: IngestFailure, _ type: MediaType) -> APIResponse {
        let status = RPCStatus(failure)
        let body = type == .protobuf ? status.protobuf : status.json
        var response = APIResponse(failure.status, contentType: type.contentType, body: body)
        response.retryAfter(failure)
        if failure.reason == .contentEncoding { response.headers[.acceptEncoding] = ContentCoding.accepted }
        return response
    }
}

internal import HTTPTypes
internal import HummingbirdCore
internal import TeleModel

/// Zipkin's `POST /api/v2/spans`: 202 without a body once the spans are stored.
extension HTTPFront {
    func ingestZipkin(_ request: Request) async throws -> APIResponse {
        let start = ContinuousClock.now
        do {
            let outcome = try await storeZipkin(request)
            metrics.stored(.traces, by: .zipkin, records: outcome.accepted, since: start)
            return APIResponse(.accepted, contentType: nil, body: [])
        } catch let failure as IngestFailure {
            metrics.refused(failure)
            var response = APIResponse.text(failure.message + "\n", status: failure.status)
            response.retryAfter(failure)
            if failure.reason == .contentEncoding { response.headers[.acceptEncoding] = ContentCoding.accepted }
            return response
        }
    }

    private func storeZipkin(_ request: Request) async throws -> IngestOutcome {
        _ = try state.engine()
        guard let coding = ContentCoding(request.headers[.contentEncoding]) else {
            let sent = request.headers[.contentEncoding] ?? ""
            throw IngestFailure(.contentEncoding, "Content-Encoding \"\(sent)\" is none of \(ContentCoding.accepted)")
        }
        let reader = BodyReader(limit: pipeline.bodyLimit, admission: pipeline.admission)
        let (body, ticket) = try await reader.collect(request)
        // An empty body is how some reporters ask whether anyone is there.
        if body.isEmpty { return IngestOutcome(accepted: 0) }
        // As Zipkin does: whatever is not said to be protobuf is JSON.
        let type = MediaType(request.headers[.contentType]) ?? .json
        return try await pipeline.ingestZipkin(type, coding, body, ticket: ticket)
    }
}

internal import HTTPTypes
internal import HummingbirdCore
internal import TeleModel

/// Loki's push door: 204 without a body, errors as plain text.
extension HTTPFront {
    func lokiPush(_ request: Request) async throws -> APIResponse {
        let start = ContinuousClock.now
        do {
            let outcome = try await store(lokiPush: request)
            metrics.stored(.logs, by: .lokiPush, records: outcome.accepted, since: start)
            // As in Loki: what is good is kept, and the sender hears of the rest.
            guard outcome.rejected == 0 else {
                return .text("\(outcome.rejected) entries refused: \(outcome.message)\n", status: .badRequest)
            }
            return APIResponse(.noContent, contentType: nil, body: [])
        } catch let failure as IngestFailure {
            metrics.refused(failure)
            var response = APIResponse.text(failure.message + "\n", status: failure.status)
            response.retryAfter(failure)
            return response
        }
    }

    private func store(lokiPush request: Request) async throws -> IngestOutcome {
        _ = try state.engine()
        // Without a type it is protobuf, as shippers send it.
        let header = request.headers[.contentType] ?? MediaType.protobuf.contentType
        guard let type = MediaType(header) else {
            throw IngestFailure(
                .mediaType,
                "Content-Type is \"\(header)\"; Loki's push takes application/x-protobuf and application/json")
        }
        let packing = request.headers[.contentEncoding]
        // Some say of the snappy block that it is the encoding.
        guard let coding = ContentCoding(packing == "snappy" ? nil : packing) else {
            throw IngestFailure(
                .contentEncoding, "Content-Encoding \"\(packing ?? "")\" is none of \(ContentCoding.accepted)")
        }
        let reader = BodyReader(limit: pipeline.bodyLimit, admission: pipeline.admission)
        let (body, ticket) = try await reader.collect(request)
        return try await pipeline.ingest(lokiPush: type, coding, body, ticket: ticket)
    }
}

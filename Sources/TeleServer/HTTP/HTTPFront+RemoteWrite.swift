internal import HTTPTypes
internal import HummingbirdCore
internal import TeleModel
internal import TeleWire

/// Prometheus' remote write door, 1.0 and 2.0: 204 without a body, errors as plain text. Every answer of what was
/// looked at says how much of it is stored.
extension HTTPFront {
    func remoteWrite(_ request: Request) async throws -> APIResponse {
        let start = ContinuousClock.now
        do {
            let (outcome, counts) = try await store(remoteWrite: request)
            metrics.stored(.metrics, by: .remoteWrite, records: outcome.accepted, since: start)
            var response = APIResponse(.noContent, contentType: nil, body: [])
            if outcome.rejected > 0 {
                // What is good is kept; 400 says that sending the rest again is no use.
                response = .text("\(outcome.rejected) samples refused: \(outcome.message)\n", status: .badRequest)
            }
            response.written(counts)
            return response
        } catch let failure as IngestFailure {
            metrics.refused(failure)
            var response = APIResponse.text(failure.message + "\n", status: failure.status)
            response.retryAfter(failure)
            response.written(IngestPipeline.RemoteWriteCounts())
            return response
        }
    }

    private func store(
        remoteWrite request: Request
    ) async throws -> (IngestOutcome, IngestPipeline.RemoteWriteCounts) {
        _ = try state.engine()
        let type = request.headers[.contentType] ?? MediaType.protobuf.contentType
        guard let version = RemoteWrite.Version(contentType: type) else {
            throw IngestFailure(
                .mediaType,
                "Content-Type is \"\(type)\"; remote write takes application/x-protobuf with proto=prometheus.WriteRequest "
                    + "or proto=io.prometheus.write.v2.Request")
        }
        if let packing = request.headers[.contentEncoding], packing.lowercased() != "snappy" {
            throw IngestFailure(.contentEncoding, "Content-Encoding \"\(packing)\" is not snappy")
        }
        let reader = BodyReader(limit: pipeline.bodyLimit, admission: pipeline.admission)
        let (body, ticket) = try await reader.collect(request)
        return try await pipeline.ingest(remoteWrite: version, body, ticket: ticket)
    }
}

extension APIResponse {
    private static let writtenFields = ["Samples", "Histograms", "Exemplars"].compactMap {
        HTTPField.Name("X-Prometheus-Remote-Write-\($0)-Written")
    }

    /// What is stored of a request; without these fields a sender of 2.0 takes it that only 1.0 is understood.
    fileprivate mutating func written(_ counts: IngestPipeline.RemoteWriteCounts) {
        for (field, count) in zip(APIResponse.writtenFields, [counts.samples, counts.histograms, counts.exemplars]) {
            headers[field] = "\(count)"
        }
    }
}

internal import TeleWire

extension IngestPipeline {
    /// Stores one list of Zipkin's spans.
    func ingestZipkin(
        _ type: MediaType, _ coding: ContentCoding, _ body: [UInt8], ticket: AdmissionTicket
    ) async throws(IngestFailure) -> IngestOutcome {
        try await ingest(.traces, coding, body, ticket: ticket) { (plain, options, _) throws(IngestFailure) in
            do throws(WireError) {
                switch type {
                case .json: return .traces(try Zipkin.decode(json: plain, options: options))
                case .protobuf: return .traces(try Zipkin.decode(protobuf: plain, options: options))
                }
            } catch {
                throw IngestFailure(error.kind == .tooLarge ? .tooLarge : .malformed, error.description)
            }
        }
    }
}

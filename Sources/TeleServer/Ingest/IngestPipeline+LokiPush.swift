internal import TeleModel
internal import TeleWire

extension IngestPipeline {
    /// Log lines in a snappy block within a gzip body shrink about as much; one that is not packed twice tells itself.
    private static let snappyRatio = 4

    private static func growth(_ type: MediaType, _ coding: ContentCoding, _ body: [UInt8]) -> Int {
        guard type == .protobuf else { return 1 }
        guard coding == .identity, let count = Snappy.declaredCount(body.span) else { return snappyRatio }
        return min(count, Limits.requestBytes) / max(1, body.count) + 1
    }

    /// Stores one Loki push.
    func ingest(
        lokiPush type: MediaType, _ coding: ContentCoding, _ body: [UInt8], ticket: AdmissionTicket
    ) async throws(IngestFailure) -> IngestOutcome {
        let growth = IngestPipeline.growth(type, coding, body)
        return try await ingest(.logs, coding, body, ticket: ticket, growth: growth) {
            (plain, options, limit) throws(IngestFailure) in
            do throws(WireError) {
                switch type {
                case .json: return .logs(try LokiPush.decode(json: plain, options: options))
                case .protobuf: return .logs(try LokiPush.decode(snappy: plain, limit: limit, options: options))
                }
            } catch {
                throw IngestFailure(error.kind == .tooLarge ? .tooLarge : .malformed, error.description)
            }
        }
    }
}

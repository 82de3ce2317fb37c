internal import TeleDisk
internal import TeleModel
internal import TeleWire

extension IngestPipeline {
    /// How much of a remote write request is stored.
    struct RemoteWriteCounts: Sendable {
        var samples = 0
        var histograms = 0
        var exemplars = 0
    }

    /// What a snappy block of series unpacks to, about.
    private static let remoteWriteRatio = 8

    /// Stores one remote write request.
    func ingest(
        remoteWrite version: RemoteWrite.Version, _ body: [UInt8], ticket: AdmissionTicket
    ) async throws(IngestFailure) -> (IngestOutcome, RemoteWriteCounts) {
        let counts = Guarded(RemoteWriteCounts())
        let outcome = try await ingest(
            .metrics, .identity, body, ticket: ticket, growth: IngestPipeline.remoteWriteRatio
        ) { (plain, options, limit) throws(IngestFailure) in
            do throws(WireError) {
                let decoded = try RemoteWrite.decode(snappy: plain, version, limit: limit, options: options)
                counts.withLock {
                    $0.samples = decoded.batch.time.count
                    $0.histograms = decoded.batch.histogramTime.count
                    $0.exemplars = decoded.batch.exemplarTime.count
                }
                return .metrics(decoded)
            } catch {
                throw IngestFailure(error.kind == .tooLarge ? .tooLarge : .malformed, error.description)
            }
        }
        return (outcome, counts.value)
    }
}

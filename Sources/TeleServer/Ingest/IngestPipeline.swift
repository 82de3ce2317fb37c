internal import NIOPosix
internal import TeleEngine
internal import TeleModel
internal import TeleWire

/// The way of a request's body into the store, the same for every protocol: unpack, decode, append, count.
/// Whole batches are decoded on a few threads of their own, so that neither an event loop nor the cooperative pool
/// waits for a large one.
package struct IngestPipeline: Sendable {
    let state: ServerState
    let admission: Admission
    let gate: DecodeGate
    let metrics: ServerMetrics
    let workers: NIOThreadPool
    /// Running totals of delta series and caches of the translation, for all requests.
    let metricsState: MetricsState
    /// Hears of log batches once they are stored.
    let tail: TailHub
    /// nil where the configuration says so.
    let spanMetrics: SpanMetrics?
    /// Notes who sends.
    let services: ServiceWatch

    /// A body that is not packed and no larger is decoded where it is: a hop to a thread (27 us) costs more.
    private static let inlineBytes = 16 << 10

    /// A batch takes about twice the bytes that it is decoded from, and both are there at once.
    private static let decodedFactor = 3

    /// The largest body as it arrives, and the largest after decompression, that can be worked on at all.
    var bodyLimit: Int { min(Limits.compressedRequestBytes, admission.capacity) }
    var unpackedLimit: Int { min(Limits.requestBytes, gate.capacity) }

    /// Turns the plain bytes of a body into a batch; the number is what it may unpack further to.
    typealias Decoder = @Sendable ([UInt8], DecodeOptions, Int) throws(IngestFailure) -> DecodedRequest

    /// Stores one OTLP request. `ticket` holds the body's bytes; it is given back when the request is done with.
    func ingest(
        _ signal: Signal, _ type: MediaType, _ coding: ContentCoding, _ body: [UInt8], ticket: AdmissionTicket
    ) async throws(IngestFailure) -> IngestOutcome {
        let metricsState = metricsState
        return try await ingest(signal, coding, body, ticket: ticket) { (plain, options, _) throws(IngestFailure) in
            try DecodedRequest.decode(signal, type, plain, options: options, metrics: metricsState)
        }
    }

    /// Stores one request of whichever protocol. `growth`: how many bytes a byte of the body may become in the decoder
    /// before it is a batch.
    func ingest(
        _ signal: Signal, _ coding: ContentCoding, _ body: [UInt8], ticket: AdmissionTicket, growth: Int = 1,
        decoder: @escaping Decoder
    ) async throws(IngestFailure) -> IngestOutcome {
        defer { withExtendedLifetime(ticket) {} }
        let engine = try state.engine()
        let limit = unpackedLimit
        guard coding != .identity || body.count <= limit else {
            throw IngestFailure(.tooLarge, "the body is larger than \(limit) bytes")
        }
        let wanted = min(limit, coding.unpackedGuess(body, limit: limit) * growth) * IngestPipeline.decodedFactor
        guard let share = await gate.enter(wanted) else { throw IngestFailure(.notReady, "the server is stopping") }
        let decoded = try await decode(signal, coding, body, share, decoder)
        guard share.resize(to: decoded.bytes) else {
            throw IngestFailure(.overloaded, "no room for what the body decodes to; try again")
        }
        let outcome = try await decoded.append(to: engine)
        services.observe(decoded, now: WallClock.milliseconds)
        if case .logs(let logs) = decoded { tail.publish(logs.batch, bytes: decoded.bytes) }
        if let spanMetrics, case .traces(let decoded) = decoded { await derive(spanMetrics, decoded.batch) }
        let counts = metrics.ingest(signal)
        counts.requests.add()
        counts.bytes.add(body.count)
        counts.records.add(outcome.accepted)
        counts.rejected.add(outcome.rejected)
        return outcome
    }

    /// Rows that are looked at on the thread that has them; more go to a worker.
    private static let inlineSpans = 4_096

    private func derive(_ spanMetrics: SpanMetrics, _ batch: SpanBatch) async {
        if batch.count <= IngestPipeline.inlineSpans { return spanMetrics.observe(batch) }
        // Only a server that stops refuses; its counters are about to end anyway.
        try? await workers.runIfActive { spanMetrics.observe(batch) }
    }

    private func decode(
        _ signal: Signal, _ coding: ContentCoding, _ body: [UInt8], _ share: DecodeShare, _ decoder: @escaping Decoder
    ) async throws(IngestFailure) -> DecodedRequest {
        let options = state.decodeOptions(signal)
        let limit = unpackedLimit
        let counts = metrics.ingest(signal)
        let work: @Sendable () -> Result<DecodedRequest, IngestFailure> = {
            Result { () throws(IngestFailure) in
                let plain = try coding.unpack(body, share: share, limit: limit)
                counts.decodedBytes.add(plain.count)
                return try decoder(plain, options, limit)
            }
        }
        if coding == .identity, body.count <= IngestPipeline.inlineBytes { return try work().get() }
        return try await run(work)
    }

    private func run(
        _ work: @escaping @Sendable () -> Result<DecodedRequest, IngestFailure>
    ) async throws(IngestFailure) -> DecodedRequest {
        let result: Result<DecodedRequest, IngestFailure>
        do { result = try await workers.runIfActive(work) } catch {
            throw IngestFailure(.notReady, "the server is stopping")
        }
        return try result.get()
    }
}

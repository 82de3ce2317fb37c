internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import TeleModel

/// OTLP/gRPC over plaintext HTTP/2: the three unary Export calls, framed by hand (Server.md says why). Message bytes
/// go undecoded to the decoder that HTTP's bodies go to. Source: grpc/doc/PROTOCOL-HTTP2.md.
struct GRPCFront: Sendable {
    let pipeline: IngestPipeline
    let state: ServerState
    let metrics: ServerMetrics

    static let acceptedEncodings = "identity,gzip,deflate"

    private static let services: [String: Signal] = [
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export": .logs,
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export": .traces,
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export": .metrics,
    ]

    @concurrent
    func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let type = MediaType.essence(request.headers[.contentType])
        guard request.method == .post, type == "application/grpc" || type == "application/grpc+proto" else {
            // Not gRPC at all: a plain HTTP answer, as the protocol asks for.
            return try await writer.writeResponse(HTTPResponse(status: .unsupportedMediaType))
        }
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentType] = type
        head.headerFields[.grpcAcceptEncoding] = GRPCFront.acceptedEncodings
        let result = try await answer(request)
        var body = try await writer.writeHead(head)
        switch result {
        case .success(let message):
            try await body.write(ByteBuffer(bytes: GRPCMessage.framed(message)))
            try await body.finish(GRPCTrailers.success)
        case .failure(let failure): try await body.finish(GRPCTrailers.failure(failure))
        }
    }

    private func answer(_ request: Request) async throws -> Result<[UInt8], IngestFailure> {
        do { return .success(try await call(request)) } catch let failure as IngestFailure {
            metrics.refused(failure)
            return .failure(failure)
        }
    }

    private func call(_ request: Request) async throws -> [UInt8] {
        guard let signal = GRPCFront.services[request.head.path ?? ""] else {
            throw IngestFailure(.unknownMethod, "there is no method \(request.head.path ?? "")")
        }
        _ = try state.engine()
        let start = ContinuousClock.now
        let sent = request.headers[.grpcEncoding]
        guard let coding = ContentCoding(sent) else {
            throw IngestFailure(.contentEncoding, "grpc-encoding \"\(sent ?? "")\" is none of identity, gzip, deflate")
        }
        let reader = GRPCMessage.Reader(limit: pipeline.bodyLimit, admission: pipeline.admission)
        let message = try await reader.collect(request)
        let outcome: IngestOutcome
        if message.bytes.isEmpty {
            metrics.ingest(signal).requests.add()
            outcome = IngestOutcome(accepted: 0)
        } else {
            outcome = try await pipeline.ingest(
                signal, .protobuf, message.isPacked ? coding : .identity, message.bytes, ticket: message.ticket)
        }
        metrics.stored(signal, by: .otlpGRPC, records: outcome.accepted, since: start)
        return outcome.answer(signal, .protobuf)
    }
}

extension HTTPField.Name {
    static let grpcEncoding = HTTPField.Name("grpc-encoding")!
    static let grpcAcceptEncoding = HTTPField.Name("grpc-accept-encoding")!
    static let grpcStatus = HTTPField.Name("grpc-status")!
    static let grpcMessage = HTTPField.Name("grpc-message")!
    static let grpcStatusDetails = HTTPField.Name("grpc-status-details-bin")!
}

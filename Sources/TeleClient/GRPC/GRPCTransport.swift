#if GRPC
import NIOCore
import NIOHTTP1
import NIOHTTP2
import TeleCodec

/// OTLP/gRPC: one HTTP/2 connection, opened when it is needed, and a unary call a request. The framing is by hand, five
/// bytes a message; see ``GRPCCall`` for what an answer means.
final class GRPCTransport: ExportTransport {
    private let routes: [Signal: Route]
    private let dialer: Dialer
    private let connections = Locked<[Endpoint.Address: Connection]>([:])

    private struct Route: Sendable {
        var endpoint: Endpoint
        var headers: [String: String]
        var compression: TeleConfiguration.Compression
    }

    private struct Connection: Sendable {
        var channel: any Channel
        var streams: NIOHTTP2Handler.StreamMultiplexer
    }

    init(_ configuration: TeleConfiguration) throws(TeleError) {
        var routes: [Signal: Route] = [:]
        for signal in Signal.allCases {
            let export = configuration.export(signal)
            let text = export.endpoint ?? configuration.endpoint
            guard let endpoint = Endpoint(text) else { throw TeleError.invalidEndpoint(text) }
            routes[signal] = Route(
                endpoint: endpoint, headers: configuration.headers.merging(export.headers) { $1 },
                compression: export.compression ?? configuration.compression)
        }
        self.routes = routes
        dialer = try Dialer(configuration, routes.values.map(\.endpoint), protocols: ["h2"])
    }

    func send(_ body: [UInt8], of signal: Signal, timeout: Duration) async -> ExportAnswer {
        guard let route = routes[signal] else { return .refused(status: 0) }
        let address = route.endpoint.address
        let deadline = Dialer.deadline(timeout)
        guard let connection = try? await connection(address, by: deadline) else { return .unreachable }
        let answer = connection.channel.eventLoop.makePromise(of: ExportAnswer.self)
        // The answer's promise is kept by the stream once there is one.
        let opened = connection.streams.createStreamChannel { stream in
            stream.eventLoop.makeCompletedFuture {
                let handlers = stream.pipeline.syncOperations
                try handlers.addHandler(
                    HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: address.isSecure ? .https : .http))
                try handlers.addHandler(GRPCCall(answer: answer))
            }
        }
        opened.whenFailure { _ in answer.succeed(.unreachable) }
        let timer = connection.channel.eventLoop.scheduleTask(deadline: deadline) { answer.succeed(.unreachable) }
        opened.whenSuccess { self.write(body, signal, route, deadline, to: $0) }
        let result = await withTaskCancellationHandler {
            (try? await answer.futureResult.get()) ?? .unreachable
        } onCancel: {
            answer.succeed(.unreachable)
        }
        timer.cancel()
        // A connection may be dead without a word, by a network that is gone: the next try makes a new one.
        if result == .unreachable { drop(connection, address) }
        return result
    }

    private func write(
        _ body: [UInt8], _ signal: Signal, _ route: Route, _ deadline: NIODeadline, to stream: any Channel
    ) {
        let packed = route.compression == .gzip && body.count > 256 ? Gzip.compress(body.span, level: 1) : []
        var headers = HTTPHeaders()
        headers.add(name: "host", value: route.endpoint.authority)
        for (name, value) in route.headers { headers.add(name: name.lowercased(), value: value) }
        headers.replaceOrAdd(name: "content-type", value: "application/grpc")
        headers.replaceOrAdd(name: "te", value: "trailers")
        let milliseconds = (deadline - .now()).nanoseconds / 1_000_000
        headers.replaceOrAdd(name: "grpc-timeout", value: "\(min(99_999_999, max(1, milliseconds)))m")
        headers.replaceOrAdd(name: "user-agent", value: "tele-swift/\(Tele.version)")
        if !packed.isEmpty { headers.replaceOrAdd(name: "grpc-encoding", value: "gzip") }
        let message = packed.isEmpty ? body : packed
        var buffer = ByteBufferAllocator().buffer(capacity: message.count + 5)
        buffer.writeInteger(UInt8(packed.isEmpty ? 0 : 1))
        buffer.writeInteger(UInt32(clamping: message.count))
        buffer.writeBytes(message)
        let path = "/opentelemetry.proto.collector.\(signal.package)/Export"
        let head = HTTPRequestHead(version: .http2, method: .POST, uri: path, headers: headers)
        stream.write(HTTPClientRequestPart.head(head), promise: nil)
        stream.write(HTTPClientRequestPart.body(.byteBuffer(buffer)), promise: nil)
        stream.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }

    private func connection(_ address: Endpoint.Address, by deadline: NIODeadline) async throws -> Connection {
        if let known = connections.withLock({ $0[address] }), known.channel.isActive { return known }
        let channel = try await dialer.connect(address, by: deadline) { channel in
            let handler = NIOHTTP2Handler(
                mode: .client, eventLoop: channel.eventLoop, connectionConfiguration: .init(),
                streamConfiguration: .init()
            ) { stream in stream.close() }
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        let streams = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: NIOHTTP2Handler.self).syncMultiplexer()
        }.get()
        let fresh = Connection(channel: channel, streams: streams)
        // Another signal may have been quicker; its connection is in use.
        let (used, surplus) = connections.withLock { connections in
            let known = connections[address]
            if let known, known.channel.isActive { return (known, Optional(fresh)) }
            connections[address] = fresh
            return (fresh, known)
        }
        surplus?.channel.close(promise: nil)
        return used
    }

    private func drop(_ connection: Connection, _ address: Endpoint.Address) {
        connections.withLock { connections in
            if connections[address]?.channel === connection.channel { connections[address] = nil }
        }
        connection.channel.close(promise: nil)
    }

    func close() async {
        let all = connections.withLock { connections in
            defer { connections = [:] }
            return Array(connections.values)
        }
        for connection in all { try? await connection.channel.close() }
    }
}

extension Signal {
    fileprivate var package: String {
        switch self {
        case .traces: "trace.v1.TraceService"
        case .metrics: "metrics.v1.MetricsService"
        case .logs: "logs.v1.LogsService"
        }
    }
}
#endif

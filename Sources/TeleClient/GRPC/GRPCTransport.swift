import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import TeleCodec

/// OTLP/gRPC: one HTTP/2 connection, opened when it is needed, and a unary call a request. The framing is by hand, five
/// bytes a message; see ``GRPCCall`` for what an answer means.
final class GRPCTransport: ExportTransport {
    private let routes: [Signal: Route]
    private let connectTimeout: Duration
    private let tls: NIOSSLContext?
    private let connections = Locked<[Address: Connection]>([:])

    struct Address: Hashable, Sendable {
        var host: String
        var port: Int
        var isSecure: Bool
    }

    private struct Route: Sendable {
        var address: Address
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
            guard let address = Self.address(text) else { throw TeleError.invalidEndpoint(text) }
            routes[signal] = Route(
                address: address, headers: configuration.headers.merging(export.headers) { $1 },
                compression: export.compression ?? configuration.compression)
        }
        self.routes = routes
        connectTimeout = configuration.timeout
        guard routes.values.contains(where: \.address.isSecure) else {
            tls = nil
            return
        }
        var settings = try ClientTLS.configuration(configuration.tls)
        settings.applicationProtocols = ["h2"]
        do { tls = try NIOSSLContext(configuration: settings) } catch { throw TeleError.unusableTLS("\(error)") }
    }

    /// `http://host:4317`; a path has no meaning here.
    static func address(_ text: String) -> Address? {
        for (scheme, isSecure, usual) in [("http://", false, 80), ("https://", true, 443)]
        where text.lowercased().hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
            var host = rest
            var port = usual
            if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
                guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else {
                    return nil
                }
                (host, port) = (rest[..<colon], number)
            }
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
            return Address(host: String(host), port: port, isSecure: isSecure)
        }
        return nil
    }

    func send(_ body: [UInt8], of signal: Signal, timeout: Duration) async -> ExportAnswer {
        guard let route = routes[signal] else { return .refused(status: 0) }
        let limit = TimeAmount.nanoseconds(max(1, timeout.nanoseconds))
        do {
            let connection = try await connection(route.address)
            let answer = connection.channel.eventLoop.makePromise(of: ExportAnswer.self)
            let stream = try await connection.streams.createStreamChannel { stream in
                stream.eventLoop.makeCompletedFuture {
                    let handlers = stream.pipeline.syncOperations
                    try handlers.addHandler(
                        HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: route.address.isSecure ? .https : .http))
                    try handlers.addHandler(GRPCCall(answer: answer))
                }
            }.get()
            let timer = stream.eventLoop.scheduleTask(in: limit) { stream.close(promise: nil) }
            write(body, signal, route, limit, to: stream)
            let result = await withTaskCancellationHandler {
                (try? await answer.futureResult.get()) ?? .unreachable
            } onCancel: {
                stream.close(promise: nil)
            }
            timer.cancel()
            return result
        } catch {
            return .unreachable
        }
    }

    private func write(
        _ body: [UInt8], _ signal: Signal, _ route: Route, _ limit: TimeAmount, to stream: any Channel
    ) {
        let packed = route.compression == .gzip && body.count > 256 ? Gzip.compress(body.span, level: 1) : []
        var headers = HTTPHeaders()
        headers.add(name: "host", value: "\(route.address.host):\(route.address.port)")
        for (name, value) in route.headers { headers.add(name: name.lowercased(), value: value) }
        headers.replaceOrAdd(name: "content-type", value: "application/grpc")
        headers.replaceOrAdd(name: "te", value: "trailers")
        headers.replaceOrAdd(name: "grpc-timeout", value: "\(min(99_999_999, max(1, limit.nanoseconds / 1_000_000)))m")
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

    private func connection(_ address: Address) async throws -> Connection {
        if let known = connections.withLock({ $0[address] }), known.channel.isActive { return known }
        let context = address.isSecure ? tls : nil
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.nanoseconds(max(1, connectTimeout.nanoseconds)))
        let fresh = try await bootstrap.connect(host: address.host, port: address.port) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handlers = channel.pipeline.syncOperations
                if let context {
                    // An address is no name to be checked by SNI.
                    let name =
                        address.host.contains(where: \.isLetter) && !address.host.contains(":") ? address.host : nil
                    try handlers.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                }
                let handler = NIOHTTP2Handler(
                    mode: .client, eventLoop: channel.eventLoop, connectionConfiguration: .init(),
                    streamConfiguration: .init()
                ) { stream in stream.close() }
                try handlers.addHandler(handler)
                return Connection(channel: channel, streams: try handler.syncMultiplexer())
            }
        }
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

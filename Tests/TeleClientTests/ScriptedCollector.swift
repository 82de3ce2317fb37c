import NIOCore
import NIOHTTP1
import NIOPosix
import TeleCodec

@testable import TeleClient

/// A collector that does to each request what a script says, and keeps what it was sent.
final class ScriptedCollector: Sendable {
    enum Action: Sendable {
        case answer(Int, headers: [String: String] = [:], body: [UInt8] = [])
        /// Never answers.
        case hang
        /// Closes the connection instead of an answer.
        case reset
        /// 200 and the first half of its head, then nothing.
        case stall
        /// 200 with a body that comes a byte every 5 ms.
        case drip(bytes: Int)
    }

    struct Request: Sendable {
        var path: String
        var headers: HTTPHeaders
        /// Decompressed.
        var body: [UInt8]
        var action: Action
    }

    private let channel: any Channel
    private let log: Log

    private final class Log: Sendable {
        let requests = Locked<[Request]>([])
        let script: @Sendable (Int, String) -> Action

        init(script: @escaping @Sendable (Int, String) -> Action) { self.script = script }
    }

    /// - Parameter script: what to do with request number i (from 0) to a path.
    init(port: Int = 0, _ script: @escaping @Sendable (Int, String) -> Action = { _, _ in .answer(200) }) async throws {
        let log = Log(script: script)
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var requests: [Request] { log.requests.withLock { $0 } }

    /// The bodies that were answered with 200, of one signal.
    func accepted(_ path: String) -> [[UInt8]] {
        requests.filter { request in
            if case .answer(200, _, _) = request.action { return request.path == path }
            return false
        }.map(\.body)
    }

    func close() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(log: Log) { self.log = log }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let part): body += part.readableBytesView
            case .end: finish(context)
            }
        }

        private func drip(_ context: ChannelHandlerContext, _ bytes: Int) {
            guard bytes > 0 else { return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: [0])))), promise: nil)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .milliseconds(5)) { bound.value.0.drip(bound.value.1, bytes - 1) }
        }

        private func finish(_ context: ChannelHandlerContext) {
            guard let head else { return }
            if head.headers.first(name: "Content-Encoding") == "gzip" {
                body = (try? Gzip.decompress(body.span, limit: 64 << 20)) ?? []
            }
            let action = log.requests.withLock { requests in
                let action = log.script(requests.count, head.uri)
                requests.append(Request(path: head.uri, headers: head.headers, body: body, action: action))
                return action
            }
            switch action {
            case .hang: return
            case .reset: context.close(promise: nil)
            case .stall:
                context.pipeline.context(handlerType: HTTPResponseEncoder.self).whenSuccess { encoder in
                    encoder.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-")), promise: nil)
                }
            case .drip(let bytes):
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "\(bytes)"])
                context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
                drip(context, bytes)
            case .answer(let status, let headers, let body):
                var fields = HTTPHeaders([("Content-Length", "\(body.count)")])
                for (name, value) in headers { fields.add(name: name, value: value) }
                let answer = HTTPResponseHead(
                    version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: fields)
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}

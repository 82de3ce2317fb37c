import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TeleCodec

/// A collector that does to each request what a script says, and keeps what it was sent.
final class ScriptedCollector: Sendable {
    enum Action: Sendable {
        case answer(Int, headers: [String: String] = [:], body: [UInt8] = [])
        /// Never answers.
        case hang
        /// Closes the connection instead of an answer.
        case reset
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
        let requests = Mutex<[Request]>([])
        let script: @Sendable (Int, String) -> Action

        init(script: @escaping @Sendable (Int, String) -> Action) { self.script = script }
    }

    /// - Parameter script: what to do with request number i (from 0) to a path.
    init(_ script: @escaping @Sendable (Int, String) -> Action = { _, _ in .answer(200) }) async throws {
        let log = Log(script: script)
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

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

import NIOCore
import NIOPosix
import NIOSSL

@testable import TeleClient

/// A server that answers the first bytes of each turn with a text, whatever they say; over TLS where it is told to.
final class RawServer: Sendable {
    struct Answer: Sendable, ExpressibleByStringLiteral {
        var text: String
        var closes = false
        init(stringLiteral text: String) { self.text = text }
        init(_ text: String, closes: Bool = false) { (self.text, self.closes) = (text, closes) }
    }

    private let channel: any Channel
    private let log: Log

    private final class Log: Sendable {
        let children = Locked<[any Channel]>([])
        let answer: @Sendable (Int) -> Answer
        init(_ answer: @escaping @Sendable (Int) -> Answer) { self.answer = answer }
    }

    /// - Parameter answer: to the first request of connection number i, from 0, and to each that follows it there.
    init(isSecure: Bool = false, _ answer: @escaping @Sendable (Int) -> Answer) async throws {
        let log = Log(answer)
        self.log = log
        var tls: NIOSSLContext?
        if isSecure {
            let certificate = try NIOSSLCertificate(bytes: Array(TestCertificate.certificate.utf8), format: .pem)
            let key = try NIOSSLPrivateKey(bytes: Array(TestCertificate.key.utf8), format: .pem)
            tls = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
        }
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = channel.pipeline.syncOperations
                    if let tls { try handlers.addHandler(NIOSSLServerHandler(context: tls)) }
                    try handlers.addHandler(Handler(log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    /// How many connections were made to it.
    var connections: Int { log.children.withLock { $0.count } }

    /// Closes what is connected and goes on listening.
    func hangUp() async {
        for child in log.children.withLock({ $0 }) { try? await child.close() }
    }

    func close() async {
        try? await channel.close()
        await hangUp()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let log: Log
        private var answer: Answer?
        private var isAnswered = false

        init(_ log: Log) { self.log = log }

        func channelActive(context: ChannelHandlerContext) {
            let number = log.children.withLock { children in
                children.append(context.channel)
                return children.count - 1
            }
            answer = log.answer(number)
        }

        /// The head and the body of a small request come together or one right after the other: a turn ends with what
        /// has a head, or follows an answer.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            guard let answer, text.hasPrefix("POST ") || text.hasPrefix("GET ") else { return }
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer.text))).whenComplete { _ in
                if answer.closes { bound.value.close(promise: nil) }
            }
        }
    }
}

internal import NIOCore
internal import NIOWebSocket

/// One WebSocket of a follower: takes the connection over from HTTP, pings, answers pings, and ends it where the
/// client does not read or says nothing for long, or the server stops.
///
/// HTTP's own handlers stay where they are, behind this one: nothing reaches them any more but the end.
final class TailKeeper: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    /// How often a ping goes out.
    private let period: TimeAmount
    /// Periods without room for a byte (and twice as many without a word from the client) until it is given up.
    private let patience: Int
    private var blocked = 0
    private var silent = 0
    private var task: RepeatedTask?
    private var isClosing = false

    /// What a client has to say is short.
    private static let mostFrameBytes = 4 << 10

    init(period: TimeAmount = .seconds(5), patience: Int = 6) {
        self.period = period
        self.patience = patience
    }

    /// What the system may hold for a client that does not read: its own idea of that is several MiB.
    private static let sendBufferBytes = 256 << 10

    /// Puts WebSocket between the socket and HTTP.
    static func take(_ channel: any Channel, _ gate: TailGate) async throws {
        // Not every kind of channel has it.
        try? await channel.setOption(ChannelOptions.socketOption(.so_sndbuf), value: sendBufferBytes).get()
        try await channel.eventLoop.submit {
            let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: mostFrameBytes))
            let handlers: [any ChannelHandler] = [
                WebSocketFrameEncoder(), decoder, WebSocketProtocolErrorHandler(), TailKeeper(),
            ]
            try channel.pipeline.syncOperations.addHandlers(handlers, position: .first)
            gate.open(channel)
        }.get()
    }

    /// Returns when the text has left for the socket: who waits for it never runs ahead of its client.
    static func send(_ text: [UInt8], to channel: any Channel) async throws {
        let frame = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: text))
        try await channel.eventLoop.flatSubmit {
            do {
                let context = try channel.pipeline.syncOperations.context(handlerType: TailKeeper.self)
                let promise = context.eventLoop.makePromise(of: Void.self)
                context.writeAndFlush(NIOAny(frame), promise: promise)
                return promise.futureResult
            } catch { return channel.eventLoop.makeFailedFuture(error) }
        }.get()
    }

    /// Says why and closes.
    static func close(_ channel: any Channel, _ code: WebSocketErrorCode) async {
        try? await channel.eventLoop.submit {
            let context = try channel.pipeline.syncOperations.context(handlerType: TailKeeper.self)
            (context.handler as? TailKeeper)?.close(context, code)
        }.get()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        task = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
            bound.value.handler.tick(bound.value.context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { task?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        task?.cancel()
        context.fireChannelInactive()
    }

    private func tick(_ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        silent += 1
        blocked = context.channel.isWritable ? 0 : blocked + 1
        if blocked >= patience || silent >= patience * 2 { return context.close(promise: nil) }
        if blocked == 0 { write(.ping, ByteBuffer(), context, promise: nil) }
    }

    private func write(
        _ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        silent = 0
        switch frame.opcode {
        case .ping: if context.channel.isWritable { write(.pong, frame.unmaskedData, context, promise: nil) }
        case .connectionClose: close(context, .normalClosure)
        default: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: close(context, .goingAway)
        // A client that has closed its side has said all that it had to say, goodbye included.
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// HTTP has nothing more to say here: bytes that came behind the handshake may be a bad request to it.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.ioOnClosedChannel)
    }

    /// At once where the client leaves no room for the word.
    private func close(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        guard !isClosing else { return }
        isClosing = true
        guard context.channel.isWritable else { return context.close(promise: nil) }
        var reason = context.channel.allocator.buffer(capacity: 2)
        reason.write(webSocketErrorCode: code)
        let promise = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        write(.connectionClose, reason, context, promise: promise)
    }
}

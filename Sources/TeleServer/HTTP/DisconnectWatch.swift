internal import NIOCore
internal import TeleDisk

/// Sits in each HTTP/1 connection and ends the query that runs for it when the client is gone. A client that closes
/// only its sending half gets a moment, for the answer may be on its way. Also bounds what the connection reads ahead.
final class DisconnectWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private static let grace = TimeAmount.milliseconds(250)
    private let run = Guarded<QueryRun?>(nil)

    func watch(_ query: QueryRun?) { run.withLock { $0 = query } }

    /// What a connection reads at once. A dozen such reads may wait for the body's reader, on each of many connections:
    /// with the framework's 64 KiB, sixty busy ones took 34 MB that no budget knew of.
    private static let readBytes = 16 << 10

    func handlerAdded(context: ChannelHandlerContext) {
        let reads = AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 4096, maximum: DisconnectWatch.readBytes)
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: reads)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            let query = run.value
            context.eventLoop.scheduleTask(in: DisconnectWatch.grace) { query?.cancel() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        run.value?.cancel()
        context.fireChannelInactive()
    }
}

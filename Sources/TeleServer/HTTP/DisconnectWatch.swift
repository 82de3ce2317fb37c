internal import NIOCore
internal import TeleDisk

/// Sits in each HTTP/1 connection and ends the query that runs for it when the client is gone. A client that closes
/// only its sending half gets a moment, for the answer may be on its way.
final class DisconnectWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private static let grace = TimeAmount.milliseconds(250)
    private let run = Guarded<QueryRun?>(nil)

    func watch(_ query: QueryRun?) { run.withLock { $0 = query } }

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

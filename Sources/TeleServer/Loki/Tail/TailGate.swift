internal import NIOCore

/// Holds what a client sends while its connection turns from HTTP to WebSocket: a client may speak as soon as it has read
/// the answer, which is before the server has changed its handlers. Holds the word that the server stops, too: HTTP would
/// keep it to itself.
final class TailGate: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let held: NIOLoopBoundBox<[ByteBuffer]>
    private let isStopping: NIOLoopBoundBox<Bool>

    private init(_ loop: any EventLoop) {
        held = NIOLoopBoundBox([], eventLoop: loop)
        isStopping = NIOLoopBoundBox(false, eventLoop: loop)
    }

    /// In front of everything, before the handshake is answered.
    static func close(_ channel: any Channel) async throws -> TailGate {
        try await channel.eventLoop.submit {
            let gate = TailGate(channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(gate, position: .first)
            return gate
        }.get()
    }

    /// On the channel's loop: hands over what was held to those who stand in front now.
    func open(_ channel: any Channel) {
        let bytes = held.value
        held.value = []
        channel.pipeline.syncOperations.removeHandler(self, promise: nil)
        for buffer in bytes { channel.pipeline.fireChannelRead(buffer) }
        if !bytes.isEmpty { channel.pipeline.fireChannelReadComplete() }
        if isStopping.value { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// A handshake is small, and so is what may follow it at once: more is no client of this.
    private static let mostBuffers = 16

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard held.value.count < TailGate.mostBuffers else { return context.close(promise: nil) }
        held.value.append(unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        isStopping.value = true
    }
}

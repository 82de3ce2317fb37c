#if GRPC
import NIOCore
import NIOHTTP1
import TeleWire

/// The answer of one unary call: what the collector's status means for the batch, by OTLP's table of codes that may be
/// tried again.
final class GRPCCall: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private var answer: EventLoopPromise<ExportAnswer>?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(answer: EventLoopPromise<ExportAnswer>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part):
            if body.count + part.readableBytes <= ClientLimits.responseBytes { body += part.readableBytesView }
        case .end(let trailers):
            finish(GRPCAnswer.meaning(of: trailers, head: head, body: body))
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.unreachable)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.unreachable)
        context.close(promise: nil)
    }

    private func finish(_ result: ExportAnswer) {
        answer?.succeed(result)
        answer = nil
    }
}
#endif

import NIOCore
import NIOHTTP1

/// The last handler of an HTTP/1.1 connection: takes a request at a time and keeps its promise, whatever becomes of the
/// connection.
final class HTTPExchange: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Request
    typealias OutboundOut = HTTPClientRequestPart

    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: ByteBuffer
        var deadline: NIODeadline
        /// nil when not even a head came by the deadline.
        var answer: EventLoopPromise<Answer?>
    }

    struct Answer: Sendable {
        var status: UInt
        var headers: HTTPHeaders
        /// Empty where it was longer than ``ClientLimits/responseBytes`` or did not end by the deadline.
        var body: [UInt8] = []
        /// The connection can take the next request.
        var isReusable = false
    }

    private var request: Request?
    private var answer: Answer?
    private var timer: Scheduled<Void>?
    private var keepsAlive = false
    private var isWritten = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = unwrapOutboundIn(data)
        promise?.succeed()
        guard self.request == nil, context.channel.isActive else { return request.answer.succeed(nil) }
        self.request = request
        isWritten = false
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: request.deadline) {
            self.finish(context, isWhole: false)
        }
        context.write(wrapOutboundOut(.head(request.head)), promise: nil)
        if request.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(request.body))), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { self.isWritten = true }
        context.write(wrapOutboundOut(.end(nil)), promise: written)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Nobody has asked.
        guard request != nil else { return context.close(promise: nil) }
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = Answer(status: head.status.code, headers: head.headers)
            keepsAlive = head.isKeepAlive
        case .body(let part):
            guard let answer, answer.body.count + part.readableBytes <= ClientLimits.responseBytes else {
                return finish(context, isWhole: false)
            }
            self.answer?.body += part.readableBytesView
        case .end: finish(context, isWhole: true)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context, isWhole: false)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(context, isWhole: false) }

    private func finish(_ context: ChannelHandlerContext, isWhole: Bool) {
        timer?.cancel()
        var answer = answer
        // An answer that came before the whole request was out leaves the rest of it in the way.
        let isReusable = isWhole && keepsAlive && isWritten
        answer?.isReusable = isReusable
        if !isWhole { answer?.body = [] }
        self.answer = nil
        let asked = request
        request = nil
        if !isReusable { context.close(promise: nil) }
        asked?.answer.succeed(answer)
    }
}

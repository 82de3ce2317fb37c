import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix

/// One call over a connection of its own: the frames that came back.
struct GRPCCall: Sendable {
    var headers: [String: String] = [:]
    var trailers: [String: String] = [:]
    var body: [UInt8] = []

    static func framed(_ message: [UInt8], isPacked: Bool = false) -> [UInt8] {
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: message.count >> $0) }
        return [isPacked ? 1 : 0] + length + message
    }

    static func make(
        _ port: Int, _ path: String, _ body: [UInt8], _ extra: [(String, String)] = []
    ) async throws -> GRPCCall {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
                        mode: .client, configuration: .init()
                    ) { stream in
                        stream.eventLoop.makeSucceededFuture(stream)
                    }
                }
            }
        let stream = try await connection.openStream { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>(
                    wrappingChannelSynchronously: channel)
            }
        }
        var fields = HPACKHeaders([
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("te", "trailers"),
            ("grpc-timeout", "10S"),
        ])
        if !extra.contains(where: { $0.0 == "content-type" }) {
            fields.add(name: "content-type", value: "application/grpc")
        }
        for (name, value) in extra { fields.add(name: name, value: value) }
        let head = HTTP2Frame.FramePayload.headers(.init(headers: fields))
        let data = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer(bytes: body)), endStream: true))
        return try await stream.executeThenClose { inbound, outbound in
            try await outbound.write(head)
            try await outbound.write(data)
            var call = GRPCCall()
            for try await frame in inbound { if try call.take(frame) { break } }
            return call
        }
    }

    /// Whether the stream has ended.
    private mutating func take(_ frame: HTTP2Frame.FramePayload) throws -> Bool {
        switch frame {
        case .headers(let payload):
            let fields = Dictionary(payload.headers.map { ($0.name, $0.value) }) { _, last in last }
            if headers.isEmpty { headers = fields } else { trailers = fields }
            return payload.endStream
        case .data(let payload):
            if case .byteBuffer(let buffer) = payload.data { body += Array(buffer.readableBytesView) }
            return payload.endStream
        default: return false
        }
    }
}

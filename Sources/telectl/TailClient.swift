import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import TeleAPI

/// The server's `tail`: a WebSocket that brings lines as they are stored.
struct TailClient {
    private typealias Connection = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    private let host: String
    private let port: Int
    private let path: String
    private static let mostFrameBytes = 64 << 20

    /// nil where the address has no plain HTTP: there is no TLS here, the caller polls.
    init?(_ client: ServerClient, query: String, start: UInt64) {
        guard let url = URL(string: client.address), url.scheme == "http", let host = url.host else { return nil }
        self.host = host
        port = url.port ?? 80
        let parameters = "query=\(ServerClient.escaped(query))&start=\(start)&limit=5000"
        path = url.path + "/loki/api/v1/tail?" + parameters
    }

    /// Calls for each message until the connection ends. False where the server makes no WebSocket of it.
    func run(_ body: (TailMessage) -> Void) async throws -> Bool {
        let upgrade = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try handshake(channel) }
            }
        guard let connection = try await upgrade.get() else { return false }
        try await connection.executeThenClose { inbound, outbound in
            for try await frame in inbound {
                switch frame.opcode {
                case .text:
                    var data = frame.data
                    let bytes = data.readBytes(length: data.readableBytes) ?? []
                    body(try JSONDecoder().decode(TailMessage.self, from: Data(bytes)))
                case .ping:
                    // A client masks what it sends.
                    try await outbound.write(
                        WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.data))
                case .connectionClose: return
                default: break
                }
            }
        }
        return true
    }

    private func handshake(_ channel: any Channel) throws -> EventLoopFuture<Connection?> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Connection?>(maxFrameSize: TailClient.mostFrameBytes) {
            channel, _ in
            channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
        }
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path)
        head.headers = [
            "Host": "\(host):\(port)", "User-Agent": TeleVersion.userAgent,
            "X-Loki-Response-Encoding-Flags": "categorize-labels",
        ]
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<Connection?>(
            upgradeRequestHead: head, upgraders: [upgrader]
        ) { channel in
            channel.close().map { nil }
        }
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        // The first lines may come in one read with the answer to the handshake.
        pipeline.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: pipeline)
    }
}

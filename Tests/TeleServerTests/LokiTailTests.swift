import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import ServiceLifecycle
import TeleServer
import TeleTestKit
import Testing

/// `/loki/api/v1/tail` over a WebSocket; many clients and slow ones are .ci/loki.py's.
@Suite struct LokiTailTests {
    private typealias Connection = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    private static func connect(_ running: RunningServer, _ query: String) async throws -> Connection? {
        let port = try #require(Int(running.http.split(separator: ":").last ?? ""))
        let escaped = query.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let upgrade = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgrader = NIOTypedWebSocketClientUpgrader<Connection?> { channel, _ in
                        channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
                    }
                    var head = HTTPRequestHead(
                        version: .http1_1, method: .GET, uri: "/loki/api/v1/tail?query=" + escaped)
                    head.headers = ["Host": "x"]
                    let configuration = NIOTypedHTTPClientUpgradeConfiguration<Connection?>(
                        upgradeRequestHead: head, upgraders: [upgrader]
                    ) { $0.close().map { nil } }
                    var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
                    // By default what comes in one read with the answer to the handshake is dropped.
                    pipeline.leftOverBytesStrategy = .forwardBytes
                    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                        configuration: pipeline)
                }
            }
        return try await upgrade.get()
    }

    private static func push(_ running: RunningServer, _ line: String) async throws {
        let time = WallClock.nanoseconds
        let body = #"{"streams":[{"stream":{"app":"a"},"values":[["\#(time)","\#(line)"]]}]}"#
        let answer = try await running.send("POST", "/loki/api/v1/push", [RunningServer.json], body: Array(body.utf8))
        #expect(answer.status == 204)
    }

    @Test(.timeLimit(.minutes(1))) func linesComeAsTheyAreStored() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            try await LokiTailTests.push(running, "past: yes")
            let connection = try #require(try await LokiTailTests.connect(running, #"{app="a"} |= "yes""#))
            try await connection.executeThenClose { inbound, _ in
                var messages: [String] = []
                for try await frame in inbound where frame.opcode == .text {
                    messages.append(String(buffer: frame.data))
                    if messages.count > 1 { break }
                    try await LokiTailTests.push(running, "no")
                    try await LokiTailTests.push(running, "new: yes")
                }
                #expect(messages.first?.contains("past: yes") == true)
                let last = messages.last ?? ""
                #expect(last.contains("new: yes") && !last.contains(#","no""#))
                #expect(last.contains(#""dropped_entries":[]"#))
                #expect(running.server.tail.count == 1)
            }
            for _ in 0..<200 where running.server.tail.count > 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(running.server.tail.count == 0)
        }
    }

    @Test(.timeLimit(.minutes(1))) func whatCanNotBeFollowedIsRefusedAsPlainHTTP() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            #expect(try await LokiTailTests.connect(running, "{") == nil)
            #expect(try await running.get("/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D").status == 400)
            #expect(try await running.get("/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D&delay_for=9").status == 400)
        }
    }

    /// What a client sends behind its handshake without waiting for the answer: half a request, which HTTP still holds
    /// when the connection ends, or frames.
    @Test(.timeLimit(.minutes(1)), arguments: ["G", "\u{8}\u{9}", "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"])
    func bytesBehindTheHandshakeDoNoHarm(_ more: String) async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            try await LokiTailTests.push(running, "past: yes")
            let port = try #require(Int(running.http.split(separator: ":").last ?? ""))
            let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await connection.executeThenClose { inbound, outbound in
                let request =
                    "GET /loki/api/v1/tail?query=%7Bapp%3D%22a%22%7D HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                    + "Sec-WebSocket-Version: 13\r\n\r\n"
                try await outbound.write(ByteBuffer(string: request + more))
                var seen = ""
                for try await bytes in inbound {
                    seen += String(buffer: bytes)
                    if seen.contains("past: yes") || seen.contains(" 400 ") { break }
                }
                #expect(seen.hasPrefix("HTTP/1.1 101 "))
            }
            for _ in 0..<200 where running.server.tail.count > 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(running.server.tail.count == 0)
            #expect(try await running.get("/ready").status == 200)
        }
    }

    /// A ping behind the handshake's answer may be there before the server has turned to WebSocket.
    @Test(.timeLimit(.minutes(1))) func aFrameAtOnceIsHeard() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            for _ in 0..<20 {
                let connection = try #require(try await LokiTailTests.connect(running, #"{app="none"}"#))
                try await connection.executeThenClose { inbound, outbound in
                    try await outbound.write(
                        WebSocketFrame(fin: true, opcode: .ping, maskKey: .random(), data: ByteBuffer(string: "hello")))
                    for try await frame in inbound where frame.opcode == .pong {
                        #expect(String(buffer: frame.data) == "hello")
                        break
                    }
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func theServerStopsWhileAClientFollows() async throws {
        try await RunningServer.with { running in
            try await running.waitUntilReady()
            let connection = try #require(try await LokiTailTests.connect(running, #"{app="a"}"#))
            try await connection.executeThenClose { inbound, _ in
                await running.group.triggerGracefulShutdown()
                var last: WebSocketOpcode?
                for try await frame in inbound { last = frame.opcode }
                #expect(last == .connectionClose)
            }
        }
    }
}

/// `/loki/api/v1/delete`.
@Suite struct LokiDeleteTests {
    @Test func deletesAreListedAndCancelled() async throws {
        let engine = MemoryEngine()
        var configuration = Configuration.forTests
        configuration.retention.logs = 36_500 * 86_400_000
        try await RunningServer.with(configuration, engine: engine, routes: LokiRoutes.all) { running in
            try await running.waitUntilReady()
            let body =
                #"{"streams":[{"stream":{"app":"a"},"values":[["1700000000000000000","secret"],["1700000001000000000","kept"]]}]}"#
            _ = try await running.send("POST", "/loki/api/v1/push", [RunningServer.json], body: Array(body.utf8))
            func lines() async throws -> String {
                try await running.get(
                    "/loki/api/v1/query_range?query=%7Bapp%3D%22a%22%7D&start=1699999999&end=1700000100"
                ).text
            }
            let delete = "/loki/api/v1/delete"
            let query = "?query=%7Bapp%3D%22a%22%7D%20%7C%3D%20%22secret%22"
            let made = try await running.send("POST", delete + query + "&start=1699999999")
            #expect(made.status == 204)
            let id = try #require(made.headers["x-delete-request-id"])
            #expect(try await !lines().contains("secret"))
            #expect(try await lines().contains("kept"))
            let listed = try await running.get(delete).text
            #expect(listed.contains(#""status":"received""#) && listed.contains(#""start_time":1699999999,"#))
            #expect(listed.contains(#"{app=\"a\"} |= \"secret\""#))
            #expect(try await running.send("DELETE", delete + "?request_id=\(id)").status == 204)
            #expect(try await lines().contains("secret"))
            #expect(try await running.send("DELETE", delete + "?request_id=\(id)").status == 404)
            for bad in [
                "", query, query + "&start=x", query + "&start=5&end=4", query + "&start=5&end=9999999999",
                "?query=%7Bapp%3D%22a%22%7D%7Cjson&start=1", "?query=%7B&start=1",
            ] {
                #expect(try await running.send("PUT", delete + bad).status == 400, "\(bad)")
            }
        }
    }
}

import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import TeleEngine
import TeleServer
import TeleTestKit

/// A server in this process on ports of the system's choice, with a client for it; gone when the body returns.
struct RunningServer: Sendable {
    let server: Server
    let http: String
    let grpcPort: Int
    let group: ServiceGroup

    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    static func with(
        _ configuration: Configuration = .forTests, opener: EngineOpener? = nil,
        engine: any StorageEngine = MemoryEngine(), routes: [APIRoute] = [],
        _ body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        let opener = opener ?? EngineOpener { _ in OpenEngine(engine: engine) }
        var logger = Logger(label: "test", factory: { StandardErrorLog(label: $0, form: .text) })
        logger.logLevel = .error
        let server = Server(configuration, opener: opener, routes: routes, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await bound in server.listening {
                let running = RunningServer(
                    server: server, http: "http://127.0.0.1:\(bound.http[0].port)", grpcPort: bound.grpc[0].port,
                    group: group)
                try await body(running)
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Unpacks nothing, and has enough connections to overload the server. Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(decompression: .disabled)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Until `/ready` says so.
    func waitUntilReady() async throws {
        for _ in 0..<500 where server.state.notReadyReason != nil { try await Task.sleep(for: .milliseconds(10)) }
    }

    func send(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8]? = nil,
        isChunked: Bool = false
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: http + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.body = isChunked ? .stream([ByteBuffer(bytes: body)].async, length: .unknown) : .bytes(body)
        }
        let response = try await RunningServer.client.execute(request, timeout: .seconds(20))
        let collected = try await response.body.collect(upTo: 64 << 20)
        var fields: [String: String] = [:]
        for (name, value) in response.headers { fields[name.lowercased()] = value }
        return Answer(status: Int(response.status.code), headers: fields, body: Array(collected.readableBytesView))
    }

    func get(_ path: String, _ headers: [(String, String)] = []) async throws -> Answer {
        try await send("GET", path, headers)
    }

    static let protobuf = ("Content-Type", "application/x-protobuf")
    static let json = ("Content-Type", "application/json")
}

extension Array where Element: Sendable {
    /// The elements as an asynchronous sequence.
    var async: AsyncStream<Element> {
        AsyncStream { continuation in
            for element in self { continuation.yield(element) }
            continuation.finish()
        }
    }
}

extension Configuration {
    static var forTests: Configuration {
        var configuration = Configuration()
        configuration.http = [ListenAddress(host: "127.0.0.1", port: 0)]
        configuration.grpc = [ListenAddress(host: "127.0.0.1", port: 0)]
        configuration.retention = PerSignal(logs: .max / 2, traces: .max / 2, metrics: .max / 2)
        return configuration
    }
}

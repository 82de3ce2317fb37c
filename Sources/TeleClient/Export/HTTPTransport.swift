import NIOCore
import NIOHTTP1
import TeleCodec

/// OTLP/HTTP with protobuf bodies over a few kept HTTP/1.1 connections. No general client stands behind it: what an
/// export needs is small, it must never become a span or a log line itself, and a service that adds this library pays
/// for every module in its build.
final class HTTPTransport: ExportTransport {
    private let dialer: Dialer
    private let routes: [Signal: Route]
    private let base: Endpoint
    private let headers: [String: String]
    private let idle = Locked(Idle())

    private struct Route: Sendable {
        var endpoint: Endpoint
        var headers: [String: String]
        var compression: TeleConfiguration.Compression
    }

    private struct Idle: Sendable {
        var connections: [Endpoint.Address: [(channel: any Channel, since: NIODeadline)]] = [:]
        var isClosed = false
    }

    init(_ configuration: TeleConfiguration) throws(TeleError) {
        guard let base = Endpoint(configuration.endpoint) else {
            throw TeleError.invalidEndpoint(configuration.endpoint)
        }
        var routes: [Signal: Route] = [:]
        for signal in Signal.allCases {
            let export = configuration.export(signal)
            var endpoint = base
            endpoint.path += "/v1/\(signal.rawValue)"
            if let own = export.endpoint {
                guard let own = Endpoint(own) else { throw TeleError.invalidEndpoint(own) }
                endpoint = own
            }
            routes[signal] = Route(
                endpoint: endpoint, headers: configuration.headers.merging(export.headers) { $1 },
                compression: export.compression ?? configuration.compression)
        }
        self.routes = routes
        self.base = base
        headers = configuration.headers
        dialer = try Dialer(configuration, [base] + routes.values.map(\.endpoint), protocols: ["http/1.1"])
    }

    func send(_ body: [UInt8], of signal: Signal, timeout: Duration) async -> ExportAnswer {
        guard let route = routes[signal] else { return .refused(status: 0) }
        var headers = Self.fields(route.headers)
        headers.replaceOrAdd(name: "Content-Type", value: "application/x-protobuf")
        // A handful of bytes would only grow; no bytes at all is a compressor that found no memory.
        let packed = route.compression == .gzip && body.count > 256 ? Gzip.compress(body.span, level: 1) : []
        if !packed.isEmpty { headers.replaceOrAdd(name: "Content-Encoding", value: "gzip") }
        let message = ByteBuffer(bytes: packed.isEmpty ? body : packed)
        guard let answer = await exchange(.POST, route.endpoint, headers, message, timeout) else { return .unreachable }
        switch answer.status {
        case 200..<300:
            // A page for people comes from something in between, not from a collector.
            if answer.headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/html") == true {
                return .retry(after: nil)
            }
            // The records have arrived whatever became of the answer's body.
            return .accepted(rejected: PartialSuccess.rejected(answer.body))
        case 429, 502, 503, 504:
            let after = answer.headers.first(name: "Retry-After")
            return .retry(after: after.flatMap { RetryAfter.parse($0, now: UnixTime.now()) })
        default:
            return .refused(status: answer.status)
        }
    }

    func fetch(_ path: String, timeout: Duration) async -> String? {
        var endpoint = base
        endpoint.path += path
        var headers = Self.fields(headers)
        headers.replaceOrAdd(name: "Accept", value: "text/plain")
        guard let answer = await exchange(.GET, endpoint, headers, ByteBuffer(), timeout), answer.status == 200 else {
            return nil
        }
        return String(decoding: answer.body, as: UTF8.self)
    }

    private static func fields(_ configured: [String: String]) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in configured { headers.add(name: name, value: value) }
        headers.replaceOrAdd(name: "User-Agent", value: "tele-swift/\(Tele.version)")
        return headers
    }

    /// - Returns: nil when no answer came in time.
    private func exchange(
        _ method: HTTPMethod, _ endpoint: Endpoint, _ headers: HTTPHeaders, _ body: ByteBuffer, _ timeout: Duration
    ) async -> HTTPExchange.Answer? {
        let deadline = Dialer.deadline(timeout)
        var headers = headers
        headers.replaceOrAdd(name: "Host", value: endpoint.authority)
        if method == .POST { headers.replaceOrAdd(name: "Content-Length", value: "\(body.readableBytes)") }
        let path = endpoint.path.isEmpty ? "/" : endpoint.path
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
        if let kept = take(endpoint.address) {
            if let answer = await ask(kept, head, body, deadline, endpoint) { return answer }
            // The collector may have closed the connection in the moment that it was taken; a new one knows.
            if Task.isCancelled || NIODeadline.now() >= deadline { return nil }
        }
        let fresh = try? await dialer.connect(endpoint.address, by: deadline) { channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(HTTPExchange())
        }
        guard let fresh else { return nil }
        return await ask(fresh, head, body, deadline, endpoint)
    }

    private func ask(
        _ channel: any Channel, _ head: HTTPRequestHead, _ body: ByteBuffer, _ deadline: NIODeadline,
        _ endpoint: Endpoint
    ) async -> HTTPExchange.Answer? {
        let promise = channel.eventLoop.makePromise(of: HTTPExchange.Answer?.self)
        channel.writeAndFlush(HTTPExchange.Request(head: head, body: body, deadline: deadline, answer: promise))
            .whenFailure { _ in promise.succeed(nil) }
        let answer = await withTaskCancellationHandler {
            (try? await promise.futureResult.get()) ?? nil
        } onCancel: {
            channel.close(promise: nil)
        }
        if answer?.isReusable == true { keep(channel, endpoint.address) }
        return answer
    }

    private func take(_ address: Endpoint.Address) -> (any Channel)? {
        let oldest = NIODeadline.now() - .seconds(ClientLimits.idleSeconds)
        var surplus: [any Channel] = []
        defer { for channel in surplus { channel.close(promise: nil) } }
        return idle.withLock { idle in
            while let kept = idle.connections[address]?.popLast() {
                if kept.channel.isActive, kept.since >= oldest { return kept.channel }
                surplus.append(kept.channel)
            }
            return nil
        }
    }

    private func keep(_ channel: any Channel, _ address: Endpoint.Address) {
        let isKept = idle.withLock { idle in
            guard !idle.isClosed, idle.connections[address, default: []].count < Signal.allCases.count else {
                return false
            }
            idle.connections[address, default: []].append((channel, .now()))
            return true
        }
        if !isKept { channel.close(promise: nil) }
    }

    func close() async {
        let all = idle.withLock { idle in
            defer { idle.connections = [:] }
            idle.isClosed = true
            return idle.connections.values.joined().map(\.channel)
        }
        for channel in all { try? await channel.close() }
    }
}

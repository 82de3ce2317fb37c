import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import TeleCodec

/// OTLP/HTTP with protobuf bodies over an AsyncHTTPClient of our own: it has no tracer, so that an export is never a
/// span, and no logger, so that it is never a log line.
final class HTTPTransport: ExportTransport {
    private let client: HTTPClient
    private let routes: [Signal: Route]
    /// Without a slash at the end.
    private let base: String
    private let headers: [String: String]

    private struct Route: Sendable {
        var url: String
        var headers: [String: String]
        var compression: TeleConfiguration.Compression
    }

    init(_ configuration: TeleConfiguration) throws(TeleError) {
        var routes: [Signal: Route] = [:]
        let base =
            configuration.endpoint.hasSuffix("/") ? configuration.endpoint.dropLast() : configuration.endpoint[...]
        for signal in Signal.allCases {
            let export = configuration.export(signal)
            guard Self.isUsable(export.endpoint ?? String(base)) else {
                throw TeleError.invalidEndpoint(export.endpoint ?? configuration.endpoint)
            }
            routes[signal] = Route(
                url: export.endpoint ?? "\(base)/v1/\(signal.rawValue)",
                headers: configuration.headers.merging(export.headers) { $1 },
                compression: export.compression ?? configuration.compression)
        }
        self.routes = routes
        self.base = String(base)
        headers = configuration.headers

        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.tlsConfiguration = try ClientTLS.configuration(configuration.tls)
        settings.httpVersion = .http1Only
        settings.tracing.tracer = nil
        settings.timeout.connect = .nanoseconds(configuration.timeout.nanoseconds)
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Signal.allCases.count
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    private static func isUsable(_ url: String) -> Bool {
        for scheme in ["http://", "https://"] where url.lowercased().hasPrefix(scheme) {
            return url.utf8.count > scheme.utf8.count && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        }
        return false
    }

    func send(_ body: [UInt8], of signal: Signal, timeout: Duration) async -> ExportAnswer {
        guard let route = routes[signal] else { return .refused(status: 0) }
        var request = HTTPClientRequest(url: route.url)
        request.method = .POST
        for (name, value) in route.headers { request.headers.add(name: name, value: value) }
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/x-protobuf")
        request.headers.replaceOrAdd(name: "User-Agent", value: "tele-swift/\(Tele.version)")
        // A handful of bytes would only grow; no bytes at all is a compressor that found no memory.
        let packed = route.compression == .gzip && body.count > 256 ? Gzip.compress(body.span, level: 1) : []
        if packed.isEmpty {
            request.body = .bytes(ByteBuffer(bytes: body))
        } else {
            request.headers.replaceOrAdd(name: "Content-Encoding", value: "gzip")
            request.body = .bytes(ByteBuffer(bytes: packed))
        }
        let deadline = ContinuousClock.now + timeout
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(max(1, timeout.nanoseconds)))
            switch response.status.code {
            case 200..<300:
                // A page for people comes from something in between, not from a collector.
                if response.headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/html") == true {
                    return .retry(after: nil)
                }
                // The records have arrived whatever becomes of the answer's body.
                return .accepted(rejected: PartialSuccess.rejected(await Self.body(response, by: deadline)))
            case 429, 502, 503, 504:
                let after = response.headers.first(name: "Retry-After")
                return .retry(after: after.flatMap { RetryAfter.parse($0, now: UnixTime.now()) })
            default:
                return .refused(status: response.status.code)
            }
        } catch {
            return .unreachable
        }
    }

    /// The timeout of a request ends with its answer's head; a body that drips has to end as well. Empty where it is too
    /// long or too late.
    private static func body(_ response: HTTPClientResponse, by deadline: ContinuousClock.Instant) async -> [UInt8] {
        if response.headers.first(name: "Content-Length") == "0" { return [] }
        return await withTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                let body = try? await response.body.collect(upTo: ClientLimits.responseBytes)
                return body.map { Array($0.readableBytesView) } ?? []
            }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
    }

    func fetch(_ path: String, timeout: Duration) async -> String? {
        var request = HTTPClientRequest(url: base + path)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.headers.replaceOrAdd(name: "Accept", value: "text/plain")
        request.headers.replaceOrAdd(name: "User-Agent", value: "tele-swift/\(Tele.version)")
        guard let response = try? await client.execute(request, timeout: .nanoseconds(max(1, timeout.nanoseconds))),
            response.status == .ok
        else { return nil }
        return String(decoding: await Self.body(response, by: ContinuousClock.now + timeout), as: UTF8.self)
    }

    func close() async { try? await client.shutdown() }
}

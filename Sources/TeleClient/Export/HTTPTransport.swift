import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import TeleCodec

/// OTLP/HTTP with protobuf bodies over an AsyncHTTPClient of our own: it has no tracer, so that an export is never a
/// span, and no logger, so that it is never a log line.
final class HTTPTransport: ExportTransport {
    private let client: HTTPClient
    private let urls: [Signal: String]
    private let headers: [String: String]
    private let compression: TeleConfiguration.Compression

    init(_ configuration: TeleConfiguration) throws(TeleError) {
        var urls: [Signal: String] = [:]
        let own = [
            Signal.traces: configuration.tracesEndpoint, .metrics: configuration.metricsEndpoint,
            .logs: configuration.logsEndpoint,
        ]
        var base = configuration.endpoint[...]
        if base.hasSuffix("/") { base.removeLast() }
        for signal in Signal.allCases {
            let given = own[signal].flatMap { $0 }
            guard Self.isUsable(given ?? String(base)) else {
                throw TeleError.invalidEndpoint(given ?? configuration.endpoint)
            }
            urls[signal] = given ?? "\(base)/v1/\(signal.rawValue)"
        }
        self.urls = urls
        headers = configuration.headers
        compression = configuration.compression

        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
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
        guard let url = urls[signal] else { return .refused(status: 0) }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/x-protobuf")
        request.headers.replaceOrAdd(name: "User-Agent", value: "tele-swift/\(Tele.version)")
        // A handful of bytes would only grow; no bytes at all is a compressor that found no memory.
        let packed = compression == .gzip && body.count > 256 ? Gzip.compress(body.span, level: 1) : []
        if packed.isEmpty {
            request.body = .bytes(ByteBuffer(bytes: body))
        } else {
            request.headers.replaceOrAdd(name: "Content-Encoding", value: "gzip")
            request.body = .bytes(ByteBuffer(bytes: packed))
        }
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(max(1, timeout.nanoseconds)))
            switch response.status.code {
            case 200..<300:
                // The records have arrived whatever becomes of the answer's body.
                let answer = try? await response.body.collect(upTo: ClientLimits.responseBytes)
                return .accepted(rejected: PartialSuccess.rejected(answer.map { Array($0.readableBytesView) } ?? []))
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

    func close() async { try? await client.shutdown() }
}

extension Duration {
    /// Saturating at what 64 bits hold (292 years).
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }
}

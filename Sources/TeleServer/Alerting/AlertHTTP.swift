internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import TeleAPI
internal import TeleAlert

/// POSTs to receivers. Redirects are not followed: what an operator wrote down is where it goes. Answers are read to a
/// bound, and only for the message of a failure.
final class AlertHTTP: Sendable {
    private let client: HTTPClient
    /// Milliseconds of an attempt where nothing is configured.
    static let timeout: Int64 = 10_000
    private static let answerBytes = 4 << 10

    init() {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.httpVersion = .http1Only
        settings.tracing.tracer = nil
        settings.timeout.connect = .seconds(10)
        settings.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    func post(_ body: [UInt8], to url: String, _ http: HTTPSettings, timeout: Int64) async throws(DeliveryFailure) {
        guard body.count <= 2 * AlertingLimits.bodyBytes else {
            throw DeliveryFailure("the message has \(body.count) bytes, more than are sent", isRetryable: false)
        }
        guard HTTPEndpoint.isAddress(url) else { throw DeliveryFailure("the address is no URL", isRetryable: false) }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "Alertmanager/tele-\(TeleVersion.text)")
        for (name, value) in try AlertHTTP.headers(http) { request.headers.replaceOrAdd(name: name, value: value) }
        if http.tls != TLSSettings() { request.tlsConfiguration = ClientTLS.configuration(http.tls) }
        request.body = .bytes(ByteBuffer(bytes: body))
        let status: UInt
        let answer: String
        let retryAfter: Int64?
        do {
            let limit = timeout > 0 ? timeout : AlertHTTP.timeout
            let response = try await client.execute(request, timeout: .milliseconds(limit))
            status = response.status.code
            if (200..<300).contains(status) { return }
            retryAfter = response.headers.first(name: "Retry-After").flatMap { Int64($0) }.map { min($0, 3600) * 1000 }
            let body = try? await response.body.collect(upTo: AlertHTTP.answerBytes)
            answer = body.map { String(decoding: $0.readableBytesView.prefix(300), as: UTF8.self) } ?? ""
        } catch {
            throw DeliveryFailure("no answer: \(error)", isRetryable: true)
        }
        // 4xx: the message or the address is wrong; but for what is said to pass.
        let isRetryable = status >= 500 || status == 429 || status == 408
        throw DeliveryFailure("answered \(status): \(answer)", isRetryable: isRetryable, retryAfter: retryAfter)
    }

    func close() async { try? await client.shutdown() }

    private static func headers(_ http: HTTPSettings) throws(DeliveryFailure) -> [(String, String)] {
        switch http.credentials {
        case .none: return http.headers
        case .basic(let user, let password):
            let text = try "\(user):\(password?.read() ?? "")"
            return http.headers + [("Authorization", "Basic \(Base64.text(Array(text.utf8)))")]
        case .header(let type, let secret): return http.headers + [("Authorization", "\(type) \(try secret.read())")]
        }
    }
}

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Tells the user what to type next, once, when it is sure to work: a slow and a failing checkout can be queried.
final class Announcement: Sendable {
    private let server: String
    private let telectl: String
    private let browser: HTTPClient
    private let say: @Sendable (String) -> Void
    private let seen = Mutex<(slow: String?, failing: String?)>((nil, nil))

    init(server: String, telectl: String, browser: HTTPClient, say: @escaping @Sendable (String) -> Void) {
        self.telectl = telectl
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        self.browser = browser
        self.say = say
    }

    func saw(slow trace: String) { seen.withLock { if $0.slow == nil { $0.slow = trace } } }
    func saw(failing trace: String) { seen.withLock { if $0.failing == nil { $0.failing = trace } } }

    func run() async throws {
        say("The shop opens: gateway, checkout, orders, payments and inventory send to \(server).")
        var slow: String?
        var failing: String?
        var tries = 0
        while slow == nil || failing == nil {
            try await Task.sleep(for: .milliseconds(250))
            let traces = seen.withLock { $0 }
            if slow == nil, let trace = traces.slow, await isComplete(trace) { slow = trace }
            if failing == nil, let trace = traces.failing, await isComplete(trace) { failing = trace }
            tries += 1
            if tries == 120 {
                say("Still waiting for the first traces to show at \(server); is that teled's HTTP address?")
            }
        }
        guard let slow, let failing else { return }
        say(text(slow: slow, failing: failing))
    }

    /// Whether the last service of the chain is in it already; a service sends on its own, the gateway last.
    private func isComplete(_ trace: String) async -> Bool {
        var request = HTTPClientRequest(url: "\(server)/tempo/api/v2/traces/\(trace)")
        request.headers.add(name: "Accept", value: "application/json")
        guard let response = try? await browser.execute(request, timeout: .seconds(2)), response.status == .ok,
            let body = try? await response.body.collect(upTo: 4 << 20)
        else { return false }
        let text = String(buffer: body)
        return text.contains("\"gateway\"") && text.contains("\"payments\"") && text.contains("authorize card")
    }

    private func text(slow: String, failing: String) -> String {
        let flag = server == "http://127.0.0.1:4318" ? "" : " --server \(server)"
        return """

            It works. Open \(server)/ in a browser, or type in another terminal:

              \(telectl)\(flag) why \(slow)     # why a checkout was slow
              \(telectl)\(flag) trace \(failing)     # one that failed
              \(telectl)\(flag) top     # everything, live; ? lists the keys
              \(telectl)\(flag) services
              \(telectl)\(flag) traces --slowest
              \(telectl)\(flag) logs '{service_name="checkout"}'
              \(telectl)\(flag) query 'sum by (outcome) (rate(shop_checkouts_total[1m]))' --range 5m

            Ctrl-C ends the shop and the server.

            """
    }
}

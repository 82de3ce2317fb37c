import HTTPTypes
import Hummingbird
import Logging
import Tracing

/// Charges cards: `slow` ones after two tries, `stolen` ones never, and `offline` ones meet a network that is down.
struct Payments: Sendable {
    enum CardError: Error, CustomStringConvertible {
        case declined(reason: String)
        case networkDown(host: String)

        var description: String {
            switch self {
            case .declined(let reason): "card declined: \(reason)"
            case .networkDown(let host): "no answer from \(host) within 250 ms"
            }
        }
    }

    func add(to router: Router<BasicRequestContext>) {
        router.post("/charge") { request, context in
            let card = String(request.uri.queryParameters["card"] ?? "visa")
            do {
                try await checkFraud(card)
                try await authorize(card, context.logger)
                return "charged"
            } catch let error as CardError {
                switch error {
                case .declined:
                    context.logger.warning("card declined", metadata: ["card": "\(card)", "reason": "\(error)"])
                    throw HTTPError(.init(code: 402), message: "\(error)")
                case .networkDown:
                    context.logger.error("card network is down", metadata: ["card": "\(card)", "error": "\(error)"])
                    throw HTTPError(.serviceUnavailable, message: "\(error)")
                }
            }
        }
    }

    private func checkFraud(_ card: String) async throws {
        try await withSpan("check fraud") { span in
            let score = Double.random(in: 0...0.4) + (card == "stolen" ? 0.55 : 0)
            span.attributes["fraud.score"] = score
            span.attributes["fraud.rules"] = ["velocity", "country", "amount"]
            try await Task.sleep(for: .milliseconds(Int.random(in: 2...8)))
            if score > 0.5 { throw CardError.declined(reason: "fraud score \((score * 100).rounded() / 100)") }
        }
    }

    private func authorize(_ card: String, _ logger: Logger) async throws {
        try await withSpan("authorize card", ofKind: .client) { span in
            span.attributes["peer.service"] = "card-network"
            span.attributes["card.brand"] = card
            switch card {
            case "slow":
                try await Task.sleep(for: .milliseconds(Int.random(in: 450...600)))
                span.addEvent(SpanEvent(name: "retry", attributes: ["retry.attempt": 2, "retry.reason": "timeout"]))
                logger.warning("card network is slow, trying again", metadata: ["attempt": .stringConvertible(2)])
                try await Task.sleep(for: .milliseconds(Int.random(in: 300...500)))
            case "offline":
                try await Task.sleep(for: .milliseconds(250))
                throw CardError.networkDown(host: "cards.example.net")
            default:
                try await Task.sleep(for: .milliseconds(Int.random(in: 15...45)))
            }
        }
    }
}

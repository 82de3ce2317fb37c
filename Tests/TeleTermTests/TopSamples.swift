import TeleTerm

/// The live screen of a small shop, with a name of each hard kind.
enum TopSamples {
    static let now: UInt64 = 1_795_239_000_000_000_000

    static func ms(_ value: UInt64) -> UInt64 { value * 1_000_000 }

    static let services = [
        TopService(
            name: "checkout",
            rates: TopRates(rate: 12.5, errorRatio: 0.067, p50: ms(80), p95: ms(958), p99: ms(1_820)),
            traffic: (0..<30).map { Double($0 % 7) }, latency: (0..<30).map { $0 == 3 ? .nan : Double($0) }),
        TopService(name: "日本語の決済", rates: TopRates(rate: 1_250, errorRatio: 0, p50: ms(1), p95: ms(3), p99: ms(4))),
        TopService(name: "שירות תשלומים", rates: TopRates(rate: 0.2, errorRatio: 1, p95: ms(7))),
        TopService(
            name: "a-service-with-a-name-that-nobody-would-give-to-one", rates: TopRates(rate: 3, errorRatio: 0.001),
            traffic: [1, 2, 3]),
    ]

    static let errors = [
        TopTrace(
            id: "5b8efff798038103d269b633813fc60c", span: 4, spanService: "payments", spanName: "charge",
            message: "card declined\u{1b}[2J", start: now - ms(4_000), spanDuration: ms(190), duration: ms(412),
            rootService: "gateway", rootName: "POST /checkout"),
        TopTrace(
            id: "0af7651916cd43dd8448eb211c80319c", span: 9, spanService: "👩‍👩‍👧 family", spanName: "naïve e\u{301}",
            message: "", start: now - ms(9_000), spanDuration: ms(2), duration: ms(3), rootService: "gateway",
            rootName: "GET /"),
    ]

    static let alerts = [
        TopAlert(
            name: "HighErrorRate", severity: "page", service: "checkout", summary: "6.7% of requests fail",
            isFiring: true)
    ]

    static let operations = [
        TopOperation(
            name: "place order", kind: "server",
            rates: TopRates(rate: 12, errorRatio: 0.07, p50: ms(80), p95: ms(958), p99: ms(1_820))),
        TopOperation(
            name: "SELECT stock", kind: "client", rates: TopRates(rate: 80, errorRatio: 0, p50: ms(2), p95: ms(9))),
    ]

    static let details = checkout.spans.map { span in
        SpanDetails(
            kind: "server", status: "unset", scope: "shop",
            attributes: [
                .init("http.route", "/checkout"), .init("span", span.name),
                .init("long", String(repeating: "0123456789", count: 20)),
            ], resource: [.init("service.name", span.service)], links: [.init("trace 0af7", "span 01")])
    }

    static func state(_ width: Int = 80, _ height: Int = 24) -> TopState {
        TopState(server: "127.0.0.1:4318", size: (width, height), now: now)
    }

    /// Answers what the state asks for, as a server would, until it asks for nothing.
    static func serve(_ state: inout TopState) {
        while true {
            let requests = state.requests()
            if requests.isEmpty { return }
            for request in requests {
                let reply: TopReply =
                    switch request {
                    case .services: .services(services)
                    case .errors: .errors(errors)
                    case .alerts: .alerts(alerts)
                    case .operations: .operations(operations)
                    case .traces: .traces(errors)
                    case .trace, .moreSpans: .trace(checkout, details)
                    case .reason: .reason(TraceReason(checkout, usual: [:]))
                    }
                state.take(reply, to: request)
            }
        }
    }

    /// Presses keys, each after the server's answers to the one before.
    static func walk(_ keys: [Key], width: Int = 80, height: Int = 24) -> TopState {
        var state = state(width, height)
        serve(&state)
        for key in keys {
            state.press(key)
            serve(&state)
        }
        return state
    }

    static func lines(_ keys: [Key], width: Int = 80, height: Int = 24, style: Style = .plain) -> [String] {
        TopScreen(walk(keys, width: width, height: height), style: style).lines()
    }
}

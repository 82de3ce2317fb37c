import TeleTerm

/// A checkout over four services: sequential and parallel children, an error with an event, five alike queries.
let checkout: TraceView = {
    let base: UInt64 = 1_795_239_000_000_000_000
    func ms(_ value: UInt64) -> UInt64 { base + value * 1_000_000 }
    func span(
        _ id: UInt64, _ parent: UInt64, _ service: String, _ name: String, _ from: UInt64, _ to: UInt64,
        isError: Bool = false, events: [TraceView.Event] = []
    ) -> TraceView.Span {
        TraceView.Span(
            id: id, parent: parent, service: service, name: name, start: ms(from), end: ms(to), isError: isError,
            events: events)
    }
    let declined = TraceView.Event(time: ms(310), text: "exception: PaymentDeclined: card 4242", isError: true)
    var spans = [
        span(1, 0, "gateway", "POST /checkout", 0, 412),
        span(2, 1, "checkout", "place order", 10, 400),
        span(3, 2, "inventory", "reserve", 20, 120),
        span(4, 2, "payments", "charge", 130, 320, isError: true, events: [declined]),
        span(5, 2, "orders", "write audit", 140, 200),
    ]
    for i in 0..<7 as Range<UInt64> {
        spans.append(span(10 + i, 3, "inventory", "SELECT stock", 22 + i * 12, 32 + i * 12))
    }
    return TraceView(
        id: "5b8efff798038103d269b633813fc60c", spans: spans,
        logs: [
            TraceView.Log(time: ms(131), span: 4, service: "payments", level: .info, text: "charging 42.00 EUR"),
            TraceView.Log(time: ms(312), span: 4, service: "payments", level: .error, text: "card declined\u{1b}[2J"),
            TraceView.Log(time: ms(405), span: 99, service: "gateway", level: .warning, text: "slow request"),
        ])
}()

import TeleTerm
import TeleTestKit
import Testing

/// What `telectl map`, `diff`, `why` and the sagas below a trace draw.
struct TraceViewsTests {
    private static let edges = [
        ServiceMap.Edge(
            client: "user", server: "gateway", connection: "virtual_node", rate: 12.34, errorRatio: 0.003,
            p95: 210_000_000),
        ServiceMap.Edge(
            client: "gateway", server: "checkout", connection: "", rate: 4.2, errorRatio: 0.08, p95: 180_000_000),
        ServiceMap.Edge(
            client: "gateway", server: "catalog", connection: "", rate: 8.1, errorRatio: 0, p95: 20_000_000),
        ServiceMap.Edge(
            client: "checkout", server: "payments", connection: "", rate: 4.1, errorRatio: 0.08, p95: 90_000_000),
        ServiceMap.Edge(
            client: "catalog", server: "payments", connection: "", rate: 0.02, errorRatio: 0, p95: 90_000_000),
        ServiceMap.Edge(
            client: "payments", server: "ledger", connection: "database", rate: 4.1, errorRatio: 0, p95: nil),
        ServiceMap.Edge(
            client: "checkout", server: "mail\u{1b}[2J", connection: "messaging_system", rate: 4, errorRatio: 0,
            p95: 1_000_000),
        ServiceMap.Edge(client: "ring-b", server: "ring-a", connection: "", rate: 1, errorRatio: 0, p95: nil),
        ServiceMap.Edge(client: "ring-a", server: "ring-b", connection: "", rate: 1, errorRatio: 1, p95: nil),
    ]

    @Test(arguments: drawnWidths) func map(width: Int) throws {
        try expectSnapshot(ServiceMap(Self.edges).lines(width: width, style: .plain), "map", width: width)
    }

    private var slowCheckout: TraceView {
        var trace = checkout
        trace.id = "77777777798038103d269b633813fc60"
        trace.spans.removeAll { $0.name == "write audit" }
        for i in trace.spans.indices where trace.spans[i].name == "charge" {
            trace.spans[i].end += 200_000_000
            trace.spans[i].isError = false
        }
        trace.spans.append(
            .init(
                id: 90, parent: 2, service: "fraud", name: "score", start: trace.spans[0].start + 330_000_000,
                end: trace.spans[0].start + 380_000_000, isError: true, statusMessage: "model not loaded"))
        return trace
    }

    @Test(arguments: drawnWidths) func diff(width: Int) throws {
        try expectSnapshot(TraceDiff(checkout, slowCheckout).lines(width: width, style: .plain), "diff", width: width)
    }

    @Test func aTraceDoesNotDifferFromItself() {
        let lines = TraceDiff(checkout, checkout).lines(width: 100, style: .plain)
        #expect(lines[2].hasSuffix("0 slower, 0 new, 0 missing"))
        #expect(lines.count == 5 + checkout.spans.count)
    }

    @Test(arguments: drawnWidths) func reason(width: Int) throws {
        let usual: [TraceReason.Operation: UInt64] = [
            .init(service: "payments", name: "charge"): 50_000_000,
            .init(service: "gateway", name: "POST /checkout"): 500_000_000,
        ]
        try expectSnapshot(TraceReason(checkout, usual: usual).lines(width: width, style: .plain), "why", width: width)
    }

    @Test func reasonOfAnUnknownPast() throws {
        try expectSnapshot(TraceReason(slowCheckout, usual: [:]).lines(width: 80, style: .plain), "why-unknown")
        let empty = TraceReason(TraceView(id: "1", spans: []), usual: [:])
        #expect(empty.sentence == "The trace has no spans.")
        #expect(!empty.lines(width: 80, style: .plain).isEmpty)
    }

    @Test(arguments: 40...250) func noLineIsWiderThanTheTerminal(width: Int) {
        var lines = ServiceMap(Self.edges).lines(width: width, style: .plain)
        lines += TraceDiff(checkout, slowCheckout).lines(width: width, style: .plain).dropFirst(2)
        lines += TraceReason(checkout, usual: [:]).lines(width: width, style: .plain).dropFirst(1)
        for line in lines { #expect(TextWidth.of(line) <= width, "\(line)") }
        #expect(!lines.joined().unicodeScalars.contains { $0.value < 0x20 })
    }

    /// Booked flight and hotel, the car failed: the flight was given back, the hotel was not.
    @Test func sagas() throws {
        func span(
            _ id: UInt64, _ step: String, compensation: Bool = false, isError: Bool = false, cancelled: Bool = false,
            length: UInt64 = 10
        ) -> TraceView.Span {
            var span = TraceView.Span(
                id: id, parent: 0, service: "booking", name: step, start: id * 100, end: id * 100 + length,
                isError: isError)
            span.saga = Saga.Mark(
                saga: "trip", step: step, isCompensation: compensation, isCancelled: cancelled)
            return span
        }
        let failed = TraceView(
            id: "1",
            spans: [
                span(1, "flight"), span(2, "hotel"), span(3, "car", isError: true), span(4, "bill", length: 0),
                span(5, "seats", cancelled: true), span(6, "flight", compensation: true),
                span(7, "points"), span(8, "points", compensation: true, isError: true),
            ])
        let saga = try #require(Saga.all(failed).first)
        #expect(
            saga.steps.map { "\($0.name) \($0.state.rawValue)" } == [
                "flight compensated", "hotel compensation missing", "car failed", "bill started", "seats cancelled",
                "points compensation failed",
            ])
        try expectSnapshot(saga.lines(width: 60, style: .plain), "saga")
        let good = TraceView(id: "2", spans: [span(1, "flight"), span(2, "hotel")])
        #expect(Saga.all(good)[0].steps.allSatisfy { $0.state == .ended })
        #expect(Saga.all(checkout).isEmpty)
    }
}

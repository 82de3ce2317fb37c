import TeleEngine
import TeleModel
import TeleServer
import TeleTestKit
import TeleWire
import Testing

/// RED metrics and the service graph from spans.
struct SpanMetricsTests {
    private static let now: Int64 = 1_700_000_000_000

    private struct Span {
        var service = "a"
        var name = "op"
        var trace = 1
        var id = 1
        var parent = 0
        var kind = 2
        var milliseconds = 10
        var isFailed = false
        var attributes: [(String, String)] = []
        var end = SpanMetricsTests.now
    }

    private func batch(_ spans: [Span]) throws -> SpanBatch {
        func hex(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: digits - text.count) + text
        }
        func attribute(_ key: String, _ value: String) -> String {
            #"{"key":"\#(key)","value":{"stringValue":"\#(value)"}}"#
        }
        let resources = spans.map { span in
            let parent = span.parent == 0 ? "" : #""parentSpanId":"\#(hex(span.parent, 16))","#
            return """
                {"resource":{"attributes":[\(attribute("service.name", span.service))]},"scopeSpans":[{"spans":[{
                "traceId":"\(hex(span.trace, 32))","spanId":"\(hex(span.id, 16))",\(parent)"name":"\(span.name)",
                "kind":\(span.kind),"startTimeUnixNano":"\((span.end - Int64(span.milliseconds)) * 1_000_000)",
                "endTimeUnixNano":"\(span.end * 1_000_000)","status":{"code":\(span.isFailed ? 2 : 0)},
                "attributes":[\(span.attributes.map { attribute($0.0, $0.1) }.joined(separator: ","))]}]}]}
                """
        }
        let json = #"{"resourceSpans":[\#(resources.joined(separator: ","))]}"#
        var options = DecodeOptions(now: UInt64(Self.now) * 1_000_000)
        options.oldest = 0
        return try OTLP.decodeTraces(json: Array(json.utf8), options: options).batch
    }

    /// The last value of each series, by name and labels as text.
    private func values(_ samples: SampleBatch?) throws -> [String: Double] {
        let samples = try #require(samples)
        var out: [String: Double] = [:]
        for i in samples.time.indices {
            let labels = LabelSet(canonical: Array(samples.heap[samples.seriesLabels[Int(samples.series[i])]]))
            let rest = labels.pairs.filter { $0.name != "__name__" }.map { "\($0.name)=\($0.value)" }
            out["\(labels["__name__"] ?? "") \(rest.joined(separator: " "))"] = samples.value[i]
        }
        return out
    }

    private func graph(_ values: [String: Double]) -> [String: Double] {
        let prefix = "traces_service_graph_request_total "
        return Dictionary(
            uniqueKeysWithValues: values.filter { $0.key.hasPrefix(prefix) }
                .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }

    @Test func bucketsAreThoseOfTheirBounds() {
        let bounds = LatencyBuckets.bounds.dropLast().compactMap(Double.init)
        #expect(bounds.count == LatencyBuckets.count - 1)
        var random = SeededGenerator(seed: 7)
        var durations: [UInt64] = [0, 1, 2_000_000, 2_000_001, 4_000_000, 4_000_001, 16_384_000_000, .max]
        for _ in 0..<1_000 { durations.append(UInt64.random(in: 0...40_000_000_000, using: &random)) }
        for duration in durations {
            let naive = bounds.firstIndex { Double(duration) / 1e9 <= $0 } ?? LatencyBuckets.count - 1
            #expect(LatencyBuckets.index(duration) == naive, "\(duration)")
        }
    }

    /// Both halves in either order and in batches of their own; failures of either side.
    @Test func clientsAndServersMakeEdges() throws {
        var state = SpanMetricsState()
        let client = Span(service: "web", id: 2, parent: 1, kind: 3, milliseconds: 50)
        let server = Span(service: "api", id: 3, parent: 2, milliseconds: 30, isFailed: true)
        state.observe(try batch([client]), now: Self.now)
        state.observe(try batch([server]), now: Self.now)
        var (late, early) = (client, server)
        (late.trace, early.trace) = (2, 2)
        state.observe(try batch([early, late]), now: Self.now)
        let got = try values(state.collect(now: Self.now + 1))
        #expect(graph(got) == ["client=web server=api": 2])
        #expect(got["traces_service_graph_request_failed_total client=web server=api"] == 2)
        #expect(got["traces_service_graph_request_server_seconds_sum client=web server=api"] == 0.06)
        #expect(got["traces_service_graph_request_client_seconds_sum client=web server=api"] == 0.1)
        let labels = "service=api span_kind=SPAN_KIND_SERVER span_name=op status_code=STATUS_CODE_ERROR"
        #expect(got["traces_spanmetrics_calls_total \(labels)"] == 2)
        func bucket(_ le: String) -> String { "traces_spanmetrics_latency_bucket le=\(le) \(labels)" }
        #expect(got[bucket("0.016")] == 0)
        #expect(got[bucket("0.032")] == 2)
        #expect(got[bucket("+Inf")] == 2)
    }

    @Test func queuesDatabasesUsersAndStrangers() throws {
        var state = SpanMetricsState()
        let spans = [
            Span(service: "shop", id: 1, kind: 2),
            Span(service: "shop", id: 2, parent: 1, kind: 4),
            Span(service: "mail", id: 3, parent: 2, kind: 5),
            Span(service: "shop", id: 4, parent: 1, kind: 3, attributes: [("db.system", "postgresql")]),
            Span(
                service: "shop", id: 5, parent: 1, kind: 3,
                attributes: [("db.system", "postgresql"), ("db.name", "orders")]),
            Span(service: "shop", id: 6, parent: 1, kind: 3, attributes: [("server.address", "bank.example")]),
            Span(service: "shop", id: 7, parent: 1, kind: 3),
            Span(service: "mail", id: 8, parent: 99, kind: 2),
            Span(service: "shop", id: 9, parent: 1, kind: 1),
        ]
        state.observe(try batch(spans), now: Self.now)
        let before = graph(try values(state.collect(now: Self.now + 1)))
        #expect(
            before == [
                "client=user connection_type=virtual_node server=shop": 1,
                "client=shop connection_type=messaging_system server=mail": 1,
                "client=shop connection_type=database server=postgresql": 1,
                "client=shop connection_type=database server=orders": 1,
            ])
        let after = try values(state.collect(now: Self.now + 30_000))
        #expect(graph(after)["client=shop connection_type=virtual_node server=bank.example"] == 1)
        #expect(after["traces_service_graph_unpaired_spans_total side=client"] == 1)
        #expect(after["traces_service_graph_unpaired_spans_total side=server"] == 1)
    }

    /// Zipkin's server spans may have their client's id.
    @Test func sharedSpansPair() throws {
        let json = #"""
            [{"traceId":"463ac35c9f6413ad","id":"2","kind":"CLIENT","timestamp":1,"duration":900000,
              "localEndpoint":{"serviceName":"front"}},
             {"traceId":"463ac35c9f6413ad","id":"2","kind":"SERVER","timestamp":1,"duration":500000,"shared":true,
              "localEndpoint":{"serviceName":"back"}}]
            """#
        var limits = SpanMetricsState.Limits()
        limits.slack = Self.now
        var state = SpanMetricsState(limits)
        state.observe(
            try Zipkin.decode(json: Array(json.utf8), options: DecodeOptions(now: 1)).batch, now: Self.now)
        #expect(graph(try values(state.collect(now: Self.now + 1))) == ["client=front server=back": 1])
    }

    /// Hostile names fill no memory: what is over a limit is counted in the overflow series.
    @Test func limitsHold() throws {
        var limits = SpanMetricsState.Limits()
        limits.operations = 10
        limits.edges = 5
        limits.names = 40
        limits.pending = 8
        var state = SpanMetricsState(limits)
        let spans = (0..<100).flatMap { i in
            [
                Span(service: "s\(i)", name: "n\(i)", trace: i + 1, id: 1, kind: 2),
                Span(service: "s\(i)", name: "n\(i)", trace: i + 1, id: 2, parent: 1, kind: 3),
            ]
        }
        state.observe(try batch(spans), now: Self.now)
        let got = try values(state.collect(now: Self.now + 1))
        let calls = got.filter { $0.key.hasPrefix("traces_spanmetrics_calls_total ") }
        #expect(calls.values.reduce(0, +) == 200)
        #expect(calls.count <= 12)
        #expect(calls.keys.contains { $0.contains("service=__overflow__") })
        #expect(graph(got).values.reduce(0, +) == 100)
        #expect(graph(got).count <= 6)
        #expect(got["traces_service_graph_dropped_spans_total "] == 92)
    }

    /// What ended long ago (an import) says nothing about now; a first sample comes after a zero.
    @Test func historyIsLeftOut() throws {
        var state = SpanMetricsState()
        state.observe(try batch([Span(end: Self.now - 3_600_000)]), now: Self.now)
        #expect(state.collect(now: Self.now + 1) == nil)
        state.observe(try batch([Span()]), now: Self.now)
        let one = state.collect(now: Self.now + 5_000)
        let first = try #require(one)
        #expect(first.value.filter { $0 == 0 }.count >= first.seriesLabels.count - 3)
        #expect(Set(first.time) == [Self.now, Self.now + 5_000])
        let two = state.collect(now: Self.now + 10_000)
        let second = try #require(two)
        #expect(Set(second.time) == [Self.now + 10_000])
        #expect(first.exemplarTime.count == 2)
        #expect(second.exemplarTime.isEmpty)
    }
}

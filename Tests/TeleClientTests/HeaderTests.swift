import TeleModel
import TeleTestKit
import Testing
import Tracing

@testable import TeleClient

private struct Headers: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
        carrier[key.lowercased()] = value
    }
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key.lowercased()] }
}

/// B3, Jaeger and baggage; the W3C trace context has `PropagationTests`.
@Suite struct HeaderTests {
    private func extract(_ carrier: [String: String], _ formats: [TelePropagator]) -> ServiceContext {
        var context = ServiceContext.topLevel
        Propagation(formats: formats).extract(carrier, into: &context, using: Headers())
        return context
    }

    @Test(arguments: TelePropagator.allCases) func whatIsWrittenIsRead(_ format: TelePropagator) {
        let (tele, _) = recordingTele { $0.propagators = [format] }
        let span = tele.tracer.startSpan("a", context: .topLevel)
        var context = span.context
        context.baggage["tenant"] = "blau & grün, ;="
        var carrier: [String: String] = [:]
        tele.tracer.inject(context, into: &carrier, using: Headers())
        var read = ServiceContext.topLevel
        tele.tracer.extract(carrier, into: &read, using: Headers())
        if format != .baggage {
            #expect(read.teleSpan?.traceID == context.teleSpan?.traceID && read.teleSpan?.isSampled == true)
            #expect(read.teleSpan?.spanID == context.teleSpan?.spanID && read.teleSpan?.isRemote == true)
        }
        if format == .baggage || format == .jaeger { #expect(read.baggage["tenant"] == "blau & grün, ;=") }
        span.end()
    }

    @Test func severalFormatsAreReadTogether() {
        let context = extract(
            ["x-b3-traceid": "463ac35c9f6413ad", "x-b3-spanid": "A2fb4a1d1a96d312", "baggage": "a=1"],
            [.traceContext, .b3, .baggage])
        #expect(context.teleSpan?.traceID == TraceID(high: 0, low: 0x463a_c35c_9f64_13ad))
        #expect(context.teleSpan?.isUndecided == true && context.baggage["a"] == "1")
    }

    @Test func theDecisionThatB3LeavesOpenIsOurs() {
        let carrier = ["b3": "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1"]
        for (sampler, expected) in [
            (TeleSampler.parentBased(root: .always), true), (.parentBased(root: .never), false),
        ] {
            let (tele, _) = recordingTele {
                $0.propagators = [.b3]
                $0.sampler = sampler
            }
            var context = ServiceContext.topLevel
            tele.tracer.extract(carrier, into: &context, using: Headers())
            let span = tele.tracer.startSpan("a", context: context)
            #expect(span.isRecording == expected)
            #expect(span.context.teleSpan?.traceID.hex == "80f198ee56343ba864fe8b2a57d3eff7")
            span.end()
        }
    }

    @Test(arguments: [
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", true),
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d-05e3ac9a4f6e3b90", true),
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0", false),
    ]) func b3Decides(_ text: String, _ sampled: Bool) {
        #expect(B3Header.parse(text)?.isSampled == sampled && B3Header.parse(text)?.isUndecided == false)
    }

    @Test(arguments: [
        "", "0", "1", "abc-def-1", "00000000000000000000000000000000-e457b5a2e4d86bd1-1",
        "80f198ee56343ba864fe8b2a57d3eff7-0000000000000000-1", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-x",
        "80f198ee56343ba864fe8b2a57d3effg-e457b5a2e4d86bd1-1",
        "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-a-b",
    ]) func badB3(_ text: String) { #expect(B3Header.parse(text) == nil) }

    @Test func jaegerIsShortAndEncoded() {
        let short = JaegerHeader.parse("1f:2:0:1")
        #expect(short?.traceID == TraceID(high: 0, low: 0x1f) && short?.spanID == SpanID(2) && short?.isSampled == true)
        let encoded = JaegerHeader.parse("10000000000000001f%3A2%3A0%3A0")
        #expect(encoded?.traceID == TraceID(high: 0x10, low: 0x1f) && encoded?.isSampled == false)
        #expect(JaegerHeader.parse("1:1:0:3")?.isSampled == true)
        for bad in ["", "1:2:3", "0:1:0:1", "1:0:0:1", "x:1:0:1", "1:1:0:1:1", "1:1:0:"] {
            #expect(JaegerHeader.parse(bad) == nil, "\(bad)")
        }
    }

    @Test func baggageKeepsWhatIsWellFormed() {
        let baggage = BaggageHeader.parse(" a = 1%20x ;p=q;r , =no,b=2,bad key=3,c,a=4,d=%zz")
        #expect(baggage.keys == ["a", "b", "d"] && baggage["a"] == "4" && baggage["d"] == "%zz")
        #expect(BaggageHeader.text(BaggageHeader.parse("a=1;p=q")) == "a=1;p=q")
        let many = BaggageHeader.parse((0..<500).map { "k\($0)=v" }.joined(separator: ","))
        #expect(many.count <= 64)
        var own = TeleBaggage()
        own["bad key"] = "x"
        own["k"] = String(repeating: "x", count: 9_000)
        own["l"] = "1"
        #expect(own.count == 2 && BaggageHeader.text(own) == "l=1")
        own["k"] = nil
        #expect(own.keys == ["l"])
    }

    @Test func nothingTraps() {
        let seeds = ["80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", "1f:2:0:1", "a=1;p=q,b=%20"]
        for seed in 0..<2_000 {
            var random = SeededGenerator(seed: UInt64(seed))
            var bytes = Array(seeds[seed % 3].utf8)
            for _ in 0..<random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            let text = String(decoding: bytes, as: UTF8.self)
            _ = B3Header.parse(text)
            _ = JaegerHeader.parse(text)
            _ = BaggageHeader.text(BaggageHeader.parse(text))
        }
    }
}

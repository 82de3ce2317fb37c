import TeleTestKit
import Testing
import Tracing

@testable import TeleClient

private struct Headers: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}

@Suite struct PropagationTests {
    private static let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func aContextSurvivesTheWire() {
        let (tele, _) = recordingTele()
        let span = tele.tracer.startSpan("a", context: .topLevel)
        var carrier: [String: String] = [:]
        tele.tracer.inject(span.context, into: &carrier, using: Headers())
        var context = ServiceContext.topLevel
        tele.tracer.extract(carrier, into: &context, using: Headers())
        #expect(context.teleSpan?.traceID == span.context.teleSpan?.traceID)
        #expect(context.teleSpan?.spanID == span.context.teleSpan?.spanID)
        #expect(context.teleSpan?.isSampled == true && context.teleSpan?.isRemote == true)
        span.end()
    }

    @Test func stateAndUnsampledFlagAreHandedOn() {
        let (tele, _) = recordingTele()
        let incoming = [
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "tracestate": "a=1,b=2",
        ]
        var context = ServiceContext.topLevel
        tele.tracer.extract(incoming, into: &context, using: Headers())
        let span = tele.tracer.startSpan("a", context: context)
        #expect(!span.isRecording)
        var outgoing: [String: String] = [:]
        tele.tracer.inject(span.context, into: &outgoing, using: Headers())
        #expect(outgoing["tracestate"] == "a=1,b=2")
        #expect(outgoing["traceparent"]?.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-") == true)
        #expect(outgoing["traceparent"]?.hasSuffix("-00") == true)
    }

    @Test(arguments: [
        "", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "é0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
    ]) func invalidParentsAreIgnored(_ text: String) {
        #expect(TraceParent.parse(text, state: nil) == nil)
    }

    @Test func laterVersionsAreRead() {
        #expect(TraceParent.parse("cc" + Self.valid.dropFirst(2) + "-what", state: nil)?.isSampled == true)
    }

    @Test func nothingTraps() {
        for seed in 0..<2_000 {
            var random = SeededGenerator(seed: UInt64(seed))
            var bytes = Array(Self.valid.utf8)
            for _ in 0..<random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            bytes.removeLast(random.below(20))
            _ = TraceParent.parse(String(decoding: bytes, as: UTF8.self), state: random.word(random.below(700)))
        }
    }

    @Test func longOrForeignStateIsCut() {
        let long = (0..<100).map { "member\($0)=value" }.joined(separator: ",")
        let cut = TraceParent.parse(Self.valid, state: long)?.traceState ?? ""
        #expect(cut.utf8.count <= 512 && long.hasPrefix(cut + ",") && cut.utf8.count > 490)
        #expect(TraceParent.parse(Self.valid, state: "a=1\r\nX-Evil: 1")?.traceState == "")
    }
}

@Suite struct SamplerTests {
    @Test func ratioTakesItsShareAndNests() {
        var random = SeededGenerator(seed: 7)
        var tenth = 0
        var half = 0
        for _ in 0..<20_000 {
            let id = random.next()
            let isTenth = TeleSampler.ratio(0.1).samples(traceIDLow: id, parentSampled: nil)
            let isHalf = TeleSampler.ratio(0.5).samples(traceIDLow: id, parentSampled: nil)
            if isTenth { tenth += 1 }
            if isHalf { half += 1 }
            #expect(!isTenth || isHalf)
        }
        #expect((1_800...2_200).contains(tenth) && (9_700...10_300).contains(half))
    }

    @Test func edgesDoNotTrap() {
        for share in [-1, 0, -Double.infinity, .nan, Double.leastNonzeroMagnitude] {
            #expect(!TeleSampler.ratio(share).samples(traceIDLow: 0, parentSampled: true))
        }
        for share in [1, 2, Double.infinity] {
            #expect(TeleSampler.ratio(share).samples(traceIDLow: 0, parentSampled: nil))
        }
    }

    @Test func parentDecides() {
        let sampler = TeleSampler.parentBased(root: .never)
        #expect(sampler.samples(traceIDLow: 1, parentSampled: true))
        #expect(!sampler.samples(traceIDLow: 1, parentSampled: nil))
        #expect(!TeleSampler.parentBased(root: .always).samples(traceIDLow: 1, parentSampled: false))
    }
}

extension TeleSampler {
    fileprivate func samples(traceIDLow: UInt64, parentSampled: Bool?) -> Bool {
        SamplingGate(self, clock: .continuous).samples(traceIDLow: traceIDLow, parentSampled: parentSampled)
    }
}

import TeleModel
import Testing
import Tracing

@testable import TeleClient

private struct Broken: Error, CustomStringConvertible { var description: String { "it broke" } }

@Suite struct SpanTests {
    @Test func everythingArrives() async throws {
        let (tele, transport) = recordingTele { $0.resource = ["team": "blue", "host.name": "mine"] }
        let other = tele.tracer.startSpan("other", context: .topLevel)
        let parent = tele.tracer.startSpan("parent", context: .topLevel, ofKind: .server)
        let span = tele.tracer.startSpan("child", context: parent.context, ofKind: .client)
        span.operationName = "renamed"
        span.attributes = ["s": "text", "i": 42, "d": 1.5, "b": true, "list": .int64Array([1, -2])]
        span.attributes["words"] = ["a", "b"]
        span.attributes["c"] = SpanAttribute.stringConvertible(Broken())
        span.addEvent(SpanEvent(name: "hello", attributes: ["x": 1]))
        span.recordError(Broken())
        span.addLink(SpanLink(context: other.context, attributes: ["why": "batch"]))
        span.setStatus(SpanStatus(code: .error, message: "bad"))
        span.setStatus(SpanStatus(code: .error))
        span.end()
        parent.end()
        other.end()
        #expect(await tele.flush(deadline: .seconds(120)))

        let records = transport.records(.traces)
        #expect(records.map(\.scope) == ["TeleClientTests", "TeleClientTests", "TeleClientTests"])
        let child = try #require(records.first { $0.record.text(5) == "renamed" }?.record)
        #expect(child.hex(1) == parent.context.teleSpan?.traceID.hex)
        #expect(child.hex(4) == parent.context.teleSpan?.spanID.hex)
        #expect(child.number(6) == 3)
        #expect(try #require(child.number(7)) <= (try #require(child.number(8))))
        #expect(
            child.attributes(9) == [
                "s": "text", "i": "42", "d": "1.5", "b": "true", "list": "[1,-2]", "words": "[a,b]", "c": "it broke",
            ])
        let events = child.messages(11)
        #expect(events.map { $0.text(2) } == ["hello", "exception"])
        #expect(events.last?.attributes(3)["exception.message"] == "it broke")
        #expect(events.last?.attributes(3)["exception.type"]?.hasSuffix("Broken") == true)
        #expect(child.message(13)?.hex(1) == other.context.teleSpan?.traceID.hex)
        #expect(child.message(13)?.attributes(4) == ["why": "batch"])
        #expect(child.message(15)?.number(3) == 2 && child.message(15)?.text(2) == "bad")
        let resource = transport.resource(.traces)
        #expect(resource["service.name"] == "test" && resource["team"] == "blue" && resource["host.name"] == "mine")
        #expect(resource["telemetry.sdk.language"] == "swift")
        await tele.shutdown(deadline: .seconds(120))
    }

    @Test func aSecondEndAndLaterChangesDoNothing() async {
        let (tele, transport) = recordingTele()
        let span = tele.tracer.startSpan("once", context: .topLevel)
        span.end()
        span.operationName = "late"
        span.addEvent("late")
        span.end()
        #expect(!span.isRecording)
        await tele.shutdown(deadline: .seconds(120))
        #expect(transport.records(.traces).map { $0.record.text(5) } == ["once"])
        #expect(tele.statistics.traces.sent == 1 && tele.statistics.traces.made == 1)
    }

    @Test func errorsOfWithSpanAreRecorded() async throws {
        let (tele, transport) = recordingTele()
        #expect(throws: Broken.self) {
            try tele.tracer.withSpan("outer") { _ in
                try tele.tracer.withSpan("inner") { _ in throw Broken() }
            }
        }
        await tele.shutdown(deadline: .seconds(120))
        let records = transport.records(.traces).map(\.record)
        #expect(records.map { $0.message(15)?.number(3) } == [2, 2])
        let inner = try #require(records.first { $0.text(5) == "inner" })
        #expect(inner.hex(4) == records.first { $0.text(5) == "outer" }?.hex(2))
    }

    @Test func limitsHold() async throws {
        let (tele, transport) = recordingTele()
        let span = tele.tracer.startSpan("big", context: .topLevel)
        for i in 0..<200 {
            span.addEvent(SpanEvent(name: "e\(i)"))
            span.attributes["k\(i)"] = i
        }
        span.attributes["k0"] = String(repeating: "é", count: 20_000)
        span.end()
        await tele.shutdown(deadline: .seconds(120))
        let record = try #require(transport.records(.traces).first?.record)
        #expect(record.messages(11).count == 128 && record.number(12) == 72)
        #expect(record.messages(9).count == 128 && record.number(10) == 72)
        #expect(record.attributes(9).values.allSatisfy { $0.utf8.count <= 16 << 10 && !$0.contains("\u{fffd}") })
    }

    @Test func unsampledSpansMakeNothing() async {
        let (tele, transport) = recordingTele { $0.sampler = .parentBased(root: .never) }
        let root = tele.tracer.startSpan("root", context: .topLevel)
        let child = tele.tracer.startSpan("child", context: root.context)
        child.attributes["a"] = 1
        #expect(!root.isRecording && child.attributes.isEmpty && child.operationName == "child")
        child.end()
        root.end()
        await tele.shutdown(deadline: .seconds(120))
        #expect(transport.records(.traces).isEmpty && tele.statistics.traces.made == 0)
    }

    @Test func manyThreadsMayUseOneSpan() async {
        let (tele, transport) = recordingTele()
        let span = tele.tracer.startSpan("shared", context: .topLevel)
        await withTaskGroup(of: Void.self) { group in
            for i in 0..<8 {
                group.addTask {
                    for j in 0..<200 {
                        span.attributes["k\(i)"] = j
                        span.addEvent("e")
                        tele.tracer.startSpan("c", context: span.context).end()
                    }
                    span.end()
                }
            }
        }
        await tele.shutdown(deadline: .seconds(120))
        #expect(transport.records(.traces).count == 1_601)
        #expect(tele.statistics.traces.sent == 1_601)
    }

    @Test func theActiveSpanIsFound() {
        let (tele, _) = recordingTele()
        let span = tele.tracer.startSpan("a", context: .topLevel)
        tele.tracer.activeSpan(identifiedBy: span.context)?.attributes["found"] = true
        #expect(span.attributes.get("found") == .bool(true))
        #expect(tele.tracer.activeSpan(identifiedBy: .topLevel) == nil)
        span.end()
    }
}

import Logging
import NIOCore
import NIOPosix
import TeleModel
import Testing
import Tracing

@testable import TeleClient

private actor Kitchen {
    func trace() -> TraceID? { ServiceContext.current?.teleSpan?.traceID }
}

private struct Burnt: Error {}

@Suite struct ContextTests {
    private func inSpan<Result>(_ body: (Tele, TraceID) async throws -> Result) async throws -> (
        Result, RecordingTransport
    ) {
        let (tele, transport) = recordingTele()
        let result = try await withTracer(tele.tracer) {
            try await tele.tracer.withSpan("request") { span in
                try await body(tele, try #require(span.context.teleSpan?.traceID))
            }
        }
        await tele.shutdown(deadline: .seconds(60))
        return (result, transport)
    }

    @Test func actorsAndTasksKeepTheTrace() async throws {
        _ = try await inSpan { _, trace async throws in
            #expect(await Kitchen().trace() == trace)
            async let child = Kitchen().trace()
            #expect(await child == trace)
            #expect(await Task { ServiceContext.current?.teleSpan?.traceID }.value == trace)
            #expect(await Task.detached { ServiceContext.current?.teleSpan?.traceID }.value == nil)
            #expect(try await Tele.detached { ServiceContext.current?.teleSpan?.traceID }.value == trace)
        }
    }

    @Test func aTaskOfItsOwnHasItsSpan() async throws {
        let (_, transport) = try await inSpan { _, trace async throws in
            let inner = try await Tele.task("resize") { span in span.context.teleSpan?.traceID }.value
            #expect(inner == trace)
            await #expect(throws: Burnt.self) { try await Tele.task("fails") { _ in throw Burnt() }.value }
        }
        let spans = transport.records(.traces).map(\.record)
        let request = try #require(spans.first { $0.text(5) == "request" })
        #expect(spans.first { $0.text(5) == "resize" }?.hex(4) == request.hex(2))
        #expect(spans.first { $0.text(5) == "fails" }?.message(15)?.number(3) == 2)
    }

    @Test func futuresAndCallbacks() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (_, transport) = try await inSpan { _, trace async throws in
            let future = Tele.withSpan("query") { span in
                loop.submit { 1 }.flatMap { value in loop.makeSucceededFuture(value + 1) }
            }
            #expect(try await future.get() == 2)
            let promise = loop.makePromise(of: TraceID?.self)
            let callback = Tele.bind { (value: Int) in
                promise.succeed(ServiceContext.current?.teleSpan?.traceID)
            }
            loop.execute { callback(1) }
            #expect(try await promise.futureResult.get() == trace)
            let failing: EventLoopFuture<Int> = Tele.withSpan("broken") { _ in loop.makeFailedFuture(Burnt()) }
            await #expect(throws: Burnt.self) { try await failing.get() }
        }
        let spans = transport.records(.traces).map(\.record)
        #expect(spans.first { $0.text(5) == "query" }?.message(15) == nil)
        #expect(spans.first { $0.text(5) == "broken" }?.message(15)?.number(3) == 2)
    }

    @Test func aStreamCarriesTheContextOfItsElements() async throws {
        let (stream, source) = AsyncStream.makeStream(of: InContext<String>.self)
        _ = try await inSpan { tele, trace async throws in
            source.yield(InContext("a"))
            source.finish()
            let consumer = Task.detached {
                var seen: [TraceID?] = []
                for await item in stream {
                    #expect(ServiceContext.current == nil)
                    seen.append(await item.process { _ in ServiceContext.current?.teleSpan?.traceID })
                    await #expect(throws: Burnt.self) { try await item.process { _ in throw Burnt() } }
                    #expect(item.link.context.teleSpan?.traceID == trace)
                }
                return seen
            }
            #expect(await consumer.value == [trace])
        }
    }
}

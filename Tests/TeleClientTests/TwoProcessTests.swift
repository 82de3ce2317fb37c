import AsyncHTTPClient
import Hummingbird
import Logging
import ServiceLifecycle
import Testing
import Tracing

@testable import TeleClient

/// Hummingbird's and AsyncHTTPClient's own middleware carry the context from one process to another.
@Suite struct TwoProcessTests {
    @Test(.timeLimit(.minutes(2))) func aTraceGoesThroughTwoProcesses() async throws {
        let collector = try await ScriptedCollector()
        let address = collector.address
        let server = try Tele(
            .testing {
                $0.serviceName = "callee"
                $0.endpoint = address
                $0.propagators = [.traceContext, .baggage]
            })
        server.start()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.add(middleware: TracingMiddleware())
        router.get("/work") { _, _ in
            server.logger(label: "callee").info("working")
            return ServiceContext.current?.baggage["tenant"] ?? "none"
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) })
        let running = Task {
            try await withTracer(server.tracer) { try await application.runService(gracefulShutdownSignals: []) }
        }
        var listening = ports.makeAsyncIterator()
        let url = "http://127.0.0.1:\(try #require(await listening.next()))/work"

        await #expect(processExitsWith: .success) { [url = url as String, address = address as String] in
            let tele = try Tele(
                .testing {
                    $0.serviceName = "caller"
                    $0.endpoint = address
                })
            tele.start()
            var settings = HTTPClient.Configuration()
            settings.tracing.tracer = tele.tracer
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
            let answer = try await tele.tracer.withSpan("caller") { span in
                var context = span.context
                context.baggage["tenant"] = "blue"
                return try await ServiceContext.withValue(context) {
                    let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
                    return String(buffer: try await response.body.collect(upTo: 100))
                }
            }
            try await client.shutdown()
            let isSent = await tele.shutdown(deadline: .seconds(60))
            guard answer == "blue", isSent else { throw CancellationError() }
        }
        await server.shutdown(deadline: .seconds(60))
        running.cancel()
        try? await running.value

        let spans = ProtoTree.records(collector.accepted("/v1/traces")).map(\.record)
        let caller = try #require(spans.first { $0.text(5) == "caller" })
        #expect(spans.count == 3 && Set(spans.compactMap { $0.hex(1) }).count == 1)
        let client = try #require(spans.first { $0.number(6) == 3 })
        let served = try #require(spans.first { $0.number(6) == 2 })
        #expect(client.hex(4) == caller.hex(2) && served.hex(4) == client.hex(2))
        #expect(served.number(16) == 0x301, "the parent is of another process")
        let log = try #require(ProtoTree.records(collector.accepted("/v1/logs")).first?.record)
        #expect(log.hex(9) == caller.hex(1) && log.hex(10) == served.hex(2))
        await collector.close()
    }
}

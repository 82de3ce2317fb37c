import CoreMetrics
import Logging
import NIOHTTP1
import ServiceLifecycle
import Testing
import Tracing

@testable import TeleClient

@Suite struct ExportTests {
    private func tele(_ collector: ScriptedCollector, _ change: (inout TeleConfiguration) -> Void = { _ in }) throws
        -> Tele
    {
        let address = collector.address
        let tele = try Tele(
            .testing {
                $0.endpoint = address
                change(&$0)
            })
        tele.start()
        return tele
    }

    private func make(_ count: Int, _ tele: Tele) {
        for i in 0..<count { tele.tracer.startSpan("span \(i)", context: .topLevel).end() }
    }

    private func names(_ collector: ScriptedCollector) -> Set<String> {
        Set(ProtoTree.records(collector.accepted("/v1/traces")).compactMap { $0.record.text(5) })
    }

    @Test func batchesArriveCompressedAndAddUp() async throws {
        let collector = try await ScriptedCollector()
        let tele = try tele(collector) {
            $0.headers = ["api-key": "secret"]
            $0.traces.batchRecords = 100
        }
        make(1_050, tele)
        tele.logger(label: "l").info("hello")
        #expect(await tele.shutdown(deadline: .seconds(120)))
        #expect(names(collector).count == 1_050)
        let books = tele.statistics
        #expect(books.traces.made == 1_050 && books.traces.sent == 1_050 && books.traces.dropped == 0)
        #expect(books.logs.sent == 1 && books.metrics.sent > 0)
        let request = try #require(collector.requests.first { $0.path == "/v1/traces" })
        #expect(request.headers.first(name: "Content-Type") == "application/x-protobuf")
        #expect(request.headers.first(name: "Content-Encoding") == "gzip")
        #expect(request.headers.first(name: "api-key") == "secret")
        #expect(request.headers.first(name: "traceparent") == nil)
        #expect(collector.requests.filter { $0.path == "/v1/traces" }.count >= 11)
        await collector.close()
    }

    @Test func aFullBatchGoesWithoutTheDelay() async throws {
        let collector = try await ScriptedCollector()
        let tele = try tele(collector) {
            $0.traces.delay = .seconds(3_600)
            $0.traces.batchRecords = 10
        }
        make(10, tele)
        for _ in 0..<6_000 where names(collector).count < 10 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(names(collector).count == 10)
        await tele.shutdown(deadline: .seconds(120))
        await collector.close()
    }

    @Test func overloadIsRepeatedAndRetryAfterHonoured() async throws {
        let collector = try await ScriptedCollector { number, _ in
            number == 0 ? .answer(429, headers: ["Retry-After": "1"]) : number == 1 ? .answer(503) : .answer(200)
        }
        let tele = try tele(collector)
        let start = ContinuousClock.now
        make(3, tele)
        for _ in 0..<6_000 where tele.statistics.traces.sent < 3 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(names(collector).count == 3)
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(tele.statistics.traces.sent == 3)
        await tele.shutdown(deadline: .seconds(120))
        await collector.close()
    }

    @Test func aBrokenConnectionIsRepeated() async throws {
        let collector = try await ScriptedCollector { number, _ in number < 2 ? .reset : .answer(200) }
        let tele = try tele(collector)
        make(5, tele)
        for _ in 0..<6_000 where tele.statistics.traces.sent < 5 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(names(collector).count == 5 && tele.statistics.traces.sent == 5)
        await tele.shutdown(deadline: .seconds(120))
        await collector.close()
    }

    @Test(arguments: [400, 401, 404, 413, 500, 302]) func whatWillNeverWorkIsDroppedOnce(status: Int) async throws {
        let collector = try await ScriptedCollector { _, path in .answer(path == "/v1/traces" ? status : 200) }
        let tele = try tele(collector)
        make(4, tele)
        await tele.flush(deadline: .seconds(120))
        #expect(tele.statistics.traces.drops == [.refused: 4])
        #expect(collector.requests.filter { $0.path == "/v1/traces" }.count == 1)
        await tele.shutdown(deadline: .seconds(120))
        await collector.close()
    }

    @Test func partialSuccessIsCounted() async throws {
        // partial_success {rejected_spans: 3, error_message: "no"}
        let body: [UInt8] = [0x0a, 6, 0x12, 2, 0x6e, 0x6f, 0x08, 3]
        let collector = try await ScriptedCollector { _, path in .answer(200, body: path == "/v1/traces" ? body : []) }
        let tele = try tele(collector)
        make(10, tele)
        await tele.flush(deadline: .seconds(120))
        #expect(tele.statistics.traces.sent == 7 && tele.statistics.traces.drops == [.rejected: 3])
        await tele.shutdown(deadline: .seconds(120))
        await collector.close()
    }

    @Test func retriesEnd() async throws {
        let collector = try await ScriptedCollector { _, path in .answer(path == "/v1/traces" ? 503 : 200) }
        let tele = try tele(collector) { $0.retry.giveUpAfter = .milliseconds(100) }
        make(2, tele)
        for _ in 0..<6_000 where tele.statistics.traces.dropped < 2 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(tele.statistics.traces.drops == [.retriesExhausted: 2])
        await tele.shutdown(deadline: .seconds(120))
        await collector.close()
    }

    @Test func aHangingCollectorDoesNotKeepTheShutdown() async throws {
        let collector = try await ScriptedCollector { _, _ in .hang }
        let tele = try tele(collector) { $0.timeout = .seconds(120) }
        make(10, tele)
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        #expect(await tele.shutdown(deadline: .milliseconds(400)) == false)
        // Far from the request's timeout; a busy machine running all tests at once is not what is measured.
        #expect(ContinuousClock.now - start < .seconds(20))
        let books = tele.statistics.traces
        #expect(books.made == 10 && books.drops == [.shutdown: 10] && books.waiting == 0)
        await collector.close()
    }

    @Test func aDeadCollectorDoesNotKeepTheShutdown() async throws {
        let collector = try await ScriptedCollector()
        let tele = try tele(collector)
        await collector.close()
        make(10, tele)
        #expect(await tele.flush(deadline: .milliseconds(200)) == false)
        #expect(tele.statistics.traces.waiting == 10)
        let start = ContinuousClock.now
        #expect(await tele.shutdown(deadline: .seconds(120)) == false)
        #expect(ContinuousClock.now - start < .seconds(20))
        make(1, tele)
        #expect(tele.statistics.traces.drops == [.shutdown: 11])
    }

    @Test func shutdownWorksInACancelledTaskAndTwice() async throws {
        let collector = try await ScriptedCollector()
        let tele = try tele(collector)
        make(5, tele)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await tele.shutdown(deadline: .seconds(120))
        }
        task.cancel()
        #expect(await task.value)
        #expect(await tele.shutdown(deadline: .seconds(120)))
        #expect(names(collector).count == 5)
        await collector.close()
    }

    @Test func aFullQueueDropsAndCounts() async throws {
        let collector = try await ScriptedCollector { _, _ in .hang }
        let tele = try tele(collector) {
            $0.traces.records = 20
            $0.traces.batchRecords = 1_000
            $0.traces.delay = .seconds(3_600)
        }
        make(50, tele)
        let books = tele.statistics.traces
        #expect(books.made == 50 && books.waiting == 20 && books.drops == [.queueFull: 30])
        await tele.shutdown(deadline: .milliseconds(100))
        await collector.close()
    }

    @Test func senselessSettingsStillSend() async throws {
        let collector = try await ScriptedCollector()
        let tele = try tele(collector) {
            $0.traces.batchRecords = 0
            $0.traces.delay = .seconds(-1)
            $0.metricInterval = .zero
            $0.compression = .none
        }
        make(5, tele)
        #expect(await tele.shutdown(deadline: .seconds(120)))
        #expect(names(collector).count == 5)
        #expect(collector.requests.allSatisfy { $0.headers.first(name: "Content-Encoding") == nil })
        await collector.close()
    }

    @Test func aServiceGroupFlushesAtItsEnd() async throws {
        let collector = try await ScriptedCollector()
        let address = collector.address
        let tele = try Tele(.testing { $0.endpoint = address })
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: tele)], logger: Logger(label: "g") { _ in SwiftLogNoOpLogHandler() }))
        async let running: Void = group.run()
        make(5, tele)
        try await Task.sleep(for: .milliseconds(50))
        make(5, tele)
        await group.triggerGracefulShutdown()
        try await running
        #expect(tele.statistics.traces.sent == 10)
        await collector.close()
    }

    @Test func disabledMeansSilent() async throws {
        let collector = try await ScriptedCollector()
        let tele = try tele(collector) { $0.isEnabled = false }
        make(5, tele)
        tele.logger(label: "l").error("x")
        #expect(await tele.flush(deadline: .seconds(120)))
        await tele.shutdown(deadline: .seconds(120))
        #expect(collector.requests.isEmpty)
        #expect(tele.statistics.traces.made == 0 && tele.statistics.logs.made == 0)
        await collector.close()
    }

    @Test func aDroppedInstanceStillSends() async throws {
        let collector = try await ScriptedCollector()
        try { make(3, try tele(collector) { $0.traces.delay = .seconds(3_600) }) }()
        for _ in 0..<6_000 where names(collector).count < 3 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(names(collector).count == 3)
        await collector.close()
    }
}

/// What only a process of its own can show: the global systems can be set once.
@Suite struct BootstrapTests {
    @Test func oneCallGivesAllThree() async {
        await #expect(processExitsWith: .success) {
            let collector = try await ScriptedCollector()
            var configuration = TeleConfiguration.testing()
            configuration.endpoint = collector.address
            let tele = try Tele.bootstrap(configuration)
            withSpan("global") { _ in Logger(label: "global").info("hello") }
            Counter(label: "global.counter").increment()
            #expect(throws: TeleError.alreadyBootstrapped) { try Tele.bootstrap(configuration) }
            #expect(await tele.shutdown(deadline: .seconds(120)))
            let spans = ProtoTree.records(collector.accepted("/v1/traces")).map(\.record)
            let logs = ProtoTree.records(collector.accepted("/v1/logs")).map(\.record)
            let metrics = ProtoTree.records(collector.accepted("/v1/metrics")).map(\.record)
            // One span: the exports themselves make none.
            #expect(spans.map { $0.text(5) } == ["global"])
            #expect(logs.map { $0.hex(9) } == [spans.first?.hex(1)])
            #expect(metrics.contains { $0.text(1) == "global.counter" })
        }
    }
}

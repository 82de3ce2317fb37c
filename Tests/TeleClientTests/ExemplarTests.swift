import CoreMetrics
import Testing
import Tracing

@testable import TeleClient

@Suite struct ExemplarTests {
    private func collect(
        _ change: (inout TeleConfiguration) -> Void = { _ in }, _ use: (Tele) async -> Void
    ) async -> [String: [ProtoTree]] {
        let (tele, transport) = recordingTele(change)
        await use(tele)
        await tele.shutdown(deadline: .seconds(120))
        return Dictionary(
            grouping: transport.records(.metrics).map { ($0.record.text(1) ?? "", $0.record) }, by: { $0.0 }
        ).mapValues { $0.map(\.1) }
    }

    @Test func measurementsInSpansCarryThem() async throws {
        let metrics = await collect({ $0.recorderHistogram = .exponential() }) { tele in
            let factory = tele.metricsFactory
            let timer = Timer(label: "t", dimensions: [], factory: factory)
            let recorder = Recorder(label: "r", dimensions: [], aggregate: true, factory: factory)
            let counter = Counter(label: "c", dimensions: [], factory: factory)
            timer.recordMilliseconds(3)
            tele.tracer.withSpan("s") { _ in
                timer.recordMilliseconds(20)
                timer.recordMilliseconds(21)
                timer.recordSeconds(2)
                recorder.record(5)
                counter.increment(by: 4)
            }
        }
        let timer = try #require(metrics["t"]?.first?.message(9)?.message(1))
        #expect(timer.messages(8).map { $0.double(3) } == [0.02, 2])
        let ids = timer.messages(8).compactMap { $0.hex(5) }
        #expect(ids.count == 2 && ids.allSatisfy { $0.utf8.count == 32 } && Set(ids).count == 1)
        #expect(timer.message(8)?.hex(4)?.utf8.count == 16 && timer.message(8)?.number(2) != nil)
        #expect(metrics["r"]?.first?.message(10)?.message(1)?.message(11)?.double(3) == 5)
        #expect(metrics["c"]?.first?.message(7)?.message(1)?.message(5)?.hex(5) == ids.first)
    }

    @Test func withoutARecordedSpanThereIsNone() async {
        for off in [true, false] {
            let metrics = await collect({
                if off { $0.exemplars = .off } else { $0.sampler = .never }
            }) { tele in
                let counter = Counter(label: "c", dimensions: [], factory: tele.metricsFactory)
                tele.tracer.withSpan("s") { _ in counter.increment() }
            }
            #expect(metrics["c"]?.first?.message(7)?.message(1)?.messages(5).isEmpty == true)
        }
    }

    @Test func deltasTellWhatCameSince() async throws {
        let metrics = await collect({ $0.temporality = .delta }) { tele in
            let factory = tele.metricsFactory
            let counter = Counter(label: "c", dimensions: [], factory: factory)
            let timer = Timer(label: "t", dimensions: [], factory: factory)
            let gauge = Meter(label: "g", dimensions: [], factory: factory)
            counter.increment(by: 5)
            timer.recordSeconds(1)
            gauge.set(3)
            await tele.flush(deadline: .seconds(60))
            counter.increment(by: 7)
            await tele.flush(deadline: .seconds(60))
            timer.recordSeconds(2)
        }
        let sums = try #require(metrics["c"]).map { $0.message(7)! }
        #expect(sums.map { $0.number(2) } == [1, 1])
        #expect(sums.map { $0.message(1)?.number(6) } == [5, 7])
        let first = try #require(sums[0].message(1)), second = try #require(sums[1].message(1))
        #expect(second.number(2) == first.number(3))
        #expect(try #require(metrics["t"]).map { $0.message(9)?.message(1)?.double(5) } == [1, 2])
        #expect(try #require(metrics["g"]).map { $0.message(5)?.message(1)?.number(6) } == [3, 3, 3])
    }

    @Test func theProcessTellsOfItself() async throws {
        let metrics = await collect({ $0.processMetrics = true }) { tele in
            await tele.flush(deadline: .seconds(60))
            _ = await eventually {
                if case .double = tele.metricsFactory.registry.series(.gauge, "swift.concurrency.delay", []).value {
                    true
                } else {
                    false
                }
            }
        }
        #expect(metrics["process.cpu.time"]?.last?.text(3) == "s")
        #expect(metrics["process.cpu.time"]?.last?.message(7)?.messages(1).count == 2)
        #expect(metrics["swift.concurrency.delay"] != nil && metrics["process.uptime"] != nil)
        #if os(Linux)
        #expect(try #require(metrics["process.memory.usage"]?.last?.message(5)?.message(1)?.number(6)) > 1 << 20)
        #expect(try #require(metrics["process.thread.count"]?.last?.message(5)?.message(1)?.number(6)) > 1)
        #expect(
            try #require(metrics["process.open_file_descriptor.count"]?.last?.message(5)?.message(1)?.number(6)) > 2)
        #endif
        #expect(metrics["circuit_breaker.state"]?.last?.message(5)?.messages(1).count == 3)
    }
}

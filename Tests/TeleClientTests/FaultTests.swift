import Logging
import TeleTestKit
import Testing
import Tracing

@testable import TeleClient

/// Everything that a collector can do to its clients. In each case: what was made is what was sent, what was dropped and
/// what waits; the host never waits; the memory has its bound.
@Suite struct FaultTests {
    private func make(_ range: Range<Int>, _ tele: Tele) {
        for i in range { tele.tracer.startSpan("span \(i)", context: .topLevel).end() }
    }

    private func names(_ collector: ScriptedCollector) -> Set<String> {
        Set(ProtoTree.records(collector.accepted("/v1/traces")).compactMap { $0.record.text(5) })
    }

    /// A fault for the first requests, then a collector that works.
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var action: ScriptedCollector.Action
        /// Whether the records of a faulty answer have arrived all the same.
        var arrives = false
    }

    static let faults = [
        Fault(testDescription: "hangs", action: .hang), Fault(testDescription: "resets", action: .reset),
        Fault(testDescription: "stalls", action: .stall),
        Fault(testDescription: "slow bytes", action: .drip(bytes: 20), arrives: true),
        Fault(testDescription: "slower than the timeout", action: .drip(bytes: 2_000), arrives: true),
        Fault(testDescription: "429 and when", action: .answer(429, headers: ["Retry-After": "0"])),
        Fault(testDescription: "429", action: .answer(429)), Fault(testDescription: "502", action: .answer(502)),
        Fault(testDescription: "503", action: .answer(503)), Fault(testDescription: "504", action: .answer(504)),
        Fault(
            testDescription: "a page for people",
            action: .answer(200, headers: ["Content-Type": "text/html; charset=utf-8"], body: Array("<html>".utf8))),
    ]

    @Test(arguments: faults) func nothingIsLost(_ fault: Fault) async throws {
        let collector = try await ScriptedCollector { number, path in
            path == "/v1/traces" && number < 3 ? fault.action : .answer(200)
        }
        let address = collector.address
        let tele = try Tele(
            .testing {
                $0.endpoint = address
                $0.timeout = .milliseconds(250)
                $0.traces.batchRecords = 10
                $0.breaker.pause = .milliseconds(50)
                $0.metricsExport.isEnabled = false
            })
        tele.start()
        make(0..<50, tele)
        #expect(await eventually { tele.statistics.traces.sent == 50 }, "\(tele.statistics.traces)")
        #expect(await tele.shutdown(deadline: .seconds(60)))
        let books = tele.statistics.traces
        #expect(books.adds && books.made == 50 && books.sent == 50 && books.dropped == 0)
        if !fault.arrives { #expect(names(collector).count == 50) }
        await collector.close()
    }

    @Test func aPortThatSpeaksNoTLS() async throws {
        let collector = try await ScriptedCollector()
        let address = "https://127.0.0.1:\(collector.port)"
        let tele = try Tele(
            .testing {
                $0.endpoint = address
                $0.timeout = .milliseconds(500)
            })
        tele.start()
        make(0..<5, tele)
        #expect(await tele.flush(deadline: .milliseconds(700)) == false)
        #expect(tele.statistics.traces.waiting == 5 && tele.statistics.traces.adds)
        let start = ContinuousClock.now
        #expect(await tele.shutdown(deadline: .seconds(1)) == false)
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(tele.statistics.traces.drops == [.shutdown: 5] && tele.statistics.traces.adds)
        #expect(collector.requests.isEmpty)
        await collector.close()
    }

    /// A collector that holds every request for ever, and a full queue behind it: a call costs its host what it always
    /// costs. Had one call waited for the network, this would take the two minutes of the timeout.
    @Test func theHostDoesNotWait() async throws {
        let collector = try await ScriptedCollector { _, _ in .hang }
        let address = collector.address
        let tele = try Tele(
            .testing {
                $0.endpoint = address
                $0.timeout = .seconds(120)
                $0.traces.records = 500
                $0.logs.records = 500
            })
        tele.start()
        make(0..<1, tele)
        #expect(await eventually { !collector.requests.isEmpty })
        let logger = tele.logger(label: "host")
        let start = ContinuousClock.now
        for i in 0..<2_000 {
            make(i..<i + 1, tele)
            logger.info("line")
        }
        #expect(ContinuousClock.now - start < .seconds(30))
        for books in [tele.statistics.traces, tele.statistics.logs] {
            #expect(books.adds && books.dropped >= 1_000 && books.queuedBytes <= 8 << 20, "\(books)")
        }
        await tele.shutdown(deadline: .milliseconds(100))
        await collector.close()
    }

    @Test func goneForAMinuteAndBack() async throws {
        let time = ManualClock()
        let isThere = Locked(false)
        let transport = ScriptedTransport { _ in isThere.withLock { $0 } ? .accepted(rejected: 0) : .unreachable }
        let tele = Tele(
            .testing {
                $0.traces.records = 400
                $0.traces.batchRecords = 50
                $0.retry = TeleConfiguration.Retry()
                $0.processMetrics = false
            }, transport: transport, clock: time.clock)
        tele.start()
        make(0..<300, tele)
        // A minute, in steps of a tenth of a second: all timers get their turn.
        for _ in 0..<600 {
            time.advance(by: .milliseconds(100))
            await Task.yield()
        }
        #expect(await eventually { transport.tries > 0 })
        #expect(transport.tries < 25, "a dead collector is not hammered: \(transport.tries)")
        #expect(tele.statistics.traces.waiting == 300)
        make(300..<500, tele)
        let full = tele.statistics.traces
        #expect(
            full.adds && full.drops == [.queueFull: 50] && full.waiting == 450, "the batch that is out, and the queue")
        isThere.withLock { $0 = true }
        #expect(
            await eventually {
                time.advance(by: .seconds(1))
                return tele.statistics.traces.sent == 450
            })
        #expect(Set(transport.names()).count == 450 && transport.names().count == 450)
        await tele.shutdown(deadline: .zero)
        #expect(tele.statistics.traces.adds && tele.statistics.traces.made == 500)
    }

    @Test func theSamePortComesBack() async throws {
        let first = try await ScriptedCollector()
        let (address, port) = (first.address, first.port)
        let tele = try Tele(
            .testing {
                $0.endpoint = address
                $0.breaker.pause = .milliseconds(100)
                $0.breaker.longestPause = .milliseconds(200)
            })
        tele.start()
        await first.close()
        make(0..<40, tele)
        #expect(await eventually { tele.pipelines[.traces]?.breakerCounts.openings ?? 0 > 0 })
        let second = try await ScriptedCollector(port: port)
        #expect(await eventually { tele.statistics.traces.sent == 40 })
        #expect(names(second).union(names(first)).count == 40)
        await tele.shutdown(deadline: .seconds(60))
        await second.close()
    }

    @Test func aRetryAfterIsWaitedFor() async {
        let time = ManualClock()
        let transport = ScriptedTransport { $0 == 0 ? .retry(after: .seconds(40)) : .accepted(rejected: 0) }
        let tele = Tele(.testing { $0.retry = TeleConfiguration.Retry() }, transport: transport, clock: time.clock)
        tele.start()
        make(0..<3, tele)
        #expect(
            await eventually {
                if transport.tries == 0 { time.advance(by: .milliseconds(20)) }
                return transport.tries == 1
            })
        for _ in 0..<39 {
            _ = await eventually { time.sleepers >= 4 }
            time.advance(by: .seconds(1))
        }
        #expect(transport.tries == 1)
        #expect(
            await eventually {
                time.advance(by: .seconds(1))
                return transport.tries == 2
            })
        #expect(await eventually { tele.statistics.traces.sent == 3 })
        await tele.shutdown(deadline: .zero)
    }

    /// Answers at random, time at random, from many threads at once.
    @Test(arguments: 0..<6) func theBooksAlwaysAdd(seed: Int) async {
        let time = ManualClock()
        let random = Locked(SeededGenerator(seed: UInt64(seed)))
        let transport = ScriptedTransport { _ in
            random.withLock { random in
                switch random.below(6) {
                case 0: .unreachable
                case 1: .retry(after: random.chance(0.5) ? .seconds(random.below(5)) : nil)
                case 2: .refused(status: 400)
                default: .accepted(rejected: UInt64(random.below(3)))
                }
            }
        }
        let tele = Tele(
            .testing {
                $0.traces.records = 100
                $0.traces.bytes = 20_000
                $0.traces.batchRecords = 20
                $0.retry.giveUpAfter = .seconds(20)
            }, transport: transport, clock: time.clock)
        tele.start()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for i in 0..<300 {
                        tele.tracer.startSpan("s", context: .topLevel).end()
                        if i % 10 == 0 {
                            time.advance(by: .milliseconds(50))
                            await Task.yield()
                        }
                        #expect(tele.statistics.traces.adds, "seed \(seed)")
                        #expect(tele.statistics.traces.queuedBytes <= 20_000, "seed \(seed)")
                    }
                }
            }
        }
        await tele.shutdown(deadline: .zero)
        let books = tele.statistics.traces
        #expect(books.made == 1_200 && books.adds && books.waiting == 0, "seed \(seed)")
    }
}

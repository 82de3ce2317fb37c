import ArgumentParser
import CoreMetrics
import Logging
import TeleClient
import Tracing

/// What a call of the client library costs its host.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract:
            "TeleClient: CPU time a call, a steady load, a full queue, a shutdown without a collector; a service.",
        discussion: """
            To count allocations, preload a library that counts calls of malloc and take the difference of two --times.
            """)

    enum Mode: String, ExpressibleByArgument, CaseIterable { case calls, load, full, shutdown, service }

    @Argument var mode = Mode.calls
    @Option(help: "Only the call with this name.") var only: String?
    @Option(help: "Calls to measure, each.") var times = 200_000
    @Option(help: "Spans a second (load).") var rate = 10_000
    @Option(help: "Seconds (load, service).") var seconds = 10
    @Option(help: "The folder for what can't be sent (service).") var spill: String?
    @Flag(help: "End with a crash (service).") var crash = false
    @Option(help: "Where to send; the default refuses connections.") var endpoint = "http://127.0.0.1:9"

    func run() async throws {
        switch mode {
        case .calls: try calls()
        case .load: try await load()
        case .full: try await full()
        case .shutdown: try await shutdown()
        case .service:
            try await ClientService(endpoint: endpoint, seconds: seconds, spill: spill, crashes: crash).run()
        }
    }

    private func tele(_ change: (inout TeleConfiguration) -> Void = { _ in }) throws -> Tele {
        var configuration = TeleConfiguration(serviceName: "bench")
        configuration.endpoint = endpoint
        configuration.console = .off
        configuration.processMetrics = false
        change(&configuration)
        configuration.applyEnvironment()
        return try Tele(configuration)
    }

    private struct Call {
        var name: String
        var body: () -> Void
    }

    /// The queue holds little, so that a call is encoded as ever and what is measured is no growing memory.
    private func calls() throws {
        let sampled = try tele { $0.traces.records = 1_000 }
        let unsampled = try tele { $0.sampler = .never }
        let parent = unsampled.tracer.startSpan("parent", context: .topLevel)
        let below = try tele()
        let recorded = sampled.tracer.startSpan("parent", context: .topLevel)
        let logger = sampled.logger(label: "bench")
        let counter = Counter(label: "c", dimensions: [("a", "b")], factory: sampled.metricsFactory)
        let timer = Timer(label: "t", dimensions: [("a", "b")], factory: sampled.metricsFactory)
        let fine = try tele { $0.timerHistogram = .exponential() }
        let exponential = Timer(label: "t", dimensions: [("a", "b")], factory: fine.metricsFactory)
        var number: Int64 = 0
        let calls = [
            Call(name: "span-sampled") { sampled.tracer.startSpan("s", context: .topLevel).end() },
            Call(name: "span-child-3-attributes") {
                let span = sampled.tracer.startSpan("s", context: recorded.context)
                span.attributes["a"] = 1
                span.attributes["b"] = "text"
                span.attributes["c"] = true
                span.end()
            },
            Call(name: "span-unsampled-root") { unsampled.tracer.startSpan("s", context: .topLevel).end() },
            Call(name: "span-unsampled-child") { below.tracer.startSpan("s", context: parent.context).end() },
            Call(name: "log-emitted") { logger.info("hello", metadata: ["a": "b"]) },
            Call(name: "log-filtered") { logger.debug("hello", metadata: ["a": "b"]) },
            Call(name: "counter") { counter.increment() },
            Call(name: "timer-explicit") {
                number &+= 997
                timer.recordNanoseconds(number & 0xffff_ffff)
            },
            Call(name: "timer-exponential") {
                number &+= 997
                exponential.recordNanoseconds(number & 0xffff_ffff)
            },
            Call(name: "counter-in-span") {
                ServiceContext.withValue(recorded.context) { for _ in 0..<10 { counter.increment() } }
            },
        ]
        var table = BenchTable("TeleClient, CPU time a call", ["call", "ns"])
        for call in calls where only == nil || only == call.name {
            for _ in 0..<1_000 { call.body() }
            let start = Usage.now().cpuSeconds
            for _ in 0..<times { call.body() }
            table.row([.text(call.name), .number((Usage.now().cpuSeconds - start) / Double(max(1, times)) * 1e9)])
        }
        print(table.text)
    }

    private func load() async throws {
        let tele = try tele { $0.traces.delay = .seconds(1) }
        tele.start()
        let start = Usage.now().cpuSeconds
        let begin = ContinuousClock.now
        for tick in 1...max(1, seconds * 100) {
            for _ in 0..<(rate / 100) {
                let span = tele.tracer.startSpan("load", context: .topLevel, ofKind: .server)
                span.attributes["http.route"] = "/checkout"
                span.attributes["http.response.status_code"] = 200
                span.end()
            }
            try await Task.sleep(until: begin + .milliseconds(10 * tick), clock: .continuous)
        }
        let cpu = Usage.now().cpuSeconds - start
        await tele.shutdown(deadline: .seconds(10))
        let books = tele.statistics.traces
        print("load: \(rate) spans/s for \(seconds) s: \(cpu / Double(seconds) * 100) % of a core; \(books)")
    }

    private func full() async throws {
        let tele = try tele { $0.traces.records = 10_000_000 }
        tele.start()
        let before = Usage.now().peakMegabytes
        for _ in 0..<times { tele.tracer.startSpan("full", context: .topLevel).end() }
        let books = tele.statistics.traces
        let grown = Int((Usage.now().peakMegabytes - before) * 1_048_576)
        print("full: \(books.queuedBytes) bytes queued, \(books.waiting) spans, process grew by \(grown) bytes")
        await tele.shutdown(deadline: .milliseconds(100))
    }

    private func shutdown() async throws {
        let tele = try tele()
        tele.start()
        for _ in 0..<10_000 { tele.tracer.startSpan("s", context: .topLevel).end() }
        let start = ContinuousClock.now
        let isComplete = await tele.shutdown(deadline: .seconds(5))
        print("shutdown: \(ContinuousClock.now - start), complete \(isComplete), \(tele.statistics.traces)")
    }
}

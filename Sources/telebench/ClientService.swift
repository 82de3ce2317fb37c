import CoreMetrics
import Logging
import TeleClient
import Tracing

/// A service for `.ci/client.py`, which looks at it from outside: spans, log lines and the calls of a circuit breaker,
/// twenty times a second.
struct ClientService {
    var endpoint: String
    var seconds: Int
    /// Where batches that can't be sent wait.
    var spill: String?
    /// Ends with a trap in the middle of a span.
    var crashes: Bool

    private struct NoCard: Error {}

    func run() async throws {
        var configuration = TeleConfiguration(serviceName: "worker")
        configuration.endpoint = endpoint
        configuration.console = .off
        configuration.logLevelPoll = .seconds(1)
        configuration.sensitiveKeys = ["password"]
        configuration.spill = spill.map { TeleConfiguration.Spill(directory: $0) }
        let tele = try Tele.bootstrap(configuration)
        let logger = Logger(label: "worker.loop")
        let cards = TeleBreaker(name: "card-network")
        for turn in 0..<max(1, seconds * 20) {
            await withSpan("turn") { _ in
                logger.debug("detail \(turn)")
                logger.info("turn \(turn)", metadata: ["password": "hunter2", "user": "ann"])
                try? await cards.run { throw NoCard() }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        if crashes { withSpan("the last") { _ in preconditionFailure("asked to crash") } }
        let isComplete = await tele.shutdown(deadline: .seconds(5))
        let (traces, logs, metrics) = tele.statistics
        for (name, books) in [("traces", traces), ("logs", logs), ("metrics", metrics)] {
            print(
                "\(name) made \(books.made) recovered \(books.recovered) sent \(books.sent) dropped \(books.dropped)",
                "waiting \(books.waiting) spilled \(books.spilled)")
        }
        print("complete \(isComplete)")
    }
}

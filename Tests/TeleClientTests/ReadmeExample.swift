import AsyncHTTPClient
import CoreMetrics
import Hummingbird
import Logging
import ServiceLifecycle
import TeleClient
import Tracing
import UnixSignals

/// The README's blocks of Swift, which compile here as they are shown there; `ReadmeTests` holds the two together.
enum ReadmeExample {
    static func main() async throws {
        let tele = try Tele.bootstrap(serviceName: "greeter")  // logs, metrics and traces from here on

        let logger = Logger(label: "greeter")
        let greetings = Counter(label: "greetings")

        let router = Router()
        router.add(middleware: TracingMiddleware())  // a span a request; takes over the caller's trace
        router.add(middleware: MetricsMiddleware())
        router.get("/hello/:name") { request, context in
            let name = try context.parameters.require("name")
            greetings.increment()
            return try await withSpan("look up \(name)") { span in
                span.attributes["user.name"] = name
                logger.info("greeting", metadata: ["name": "\(name)"])  // carries the span's trace id
                // AsyncHTTPClient makes a client span and sends the trace context along.
                let reply = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: "http://127.0.0.1:8081/\(name)"), timeout: .seconds(2))
                return "Hello \(name), answered \(reply.status)\n"
            }
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 8080)), logger: logger)

        // Tele first: services stop in reverse order, so that it still sends the last words of the others.
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: tele), .init(service: application)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}

private func settings(logger: Logger, mail: String, network: ReadmeNetwork, card: String) async throws {
    var configuration = TeleConfiguration(serviceName: "checkout")
    configuration.sampler = .parentBased(root: .rateLimited(perSecond: 50))
    configuration.propagators = [.traceContext, .baggage, .b3]
    configuration.sensitiveKeys = ["password", "authorization"]
    configuration.spill = .init(directory: "/var/spool/checkout")  // survives a crash, sent on the next start
    configuration.logLevelPoll = .seconds(30)  // telectl loglevel checkout http.client debug --for 10m
    let tele = try Tele.bootstrap(configuration)

    logger.info("logged in", metadata: ["mail": "\(mail, sensitivity: .sensitive)"])
    let cards = TeleBreaker(name: "card-network")  // telectl breakers
    let receipt = try await cards.run { try await network.charge(card) }
    _ = (tele, receipt)
}

private struct ReadmeNetwork {
    func charge(_ card: String) async throws -> String { card }
}

private func carriers(connection: ReadmeConnection) async throws {
    struct Fields: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into fields: inout [String: String]) { fields[key] = value }
        func extract(key: String, from fields: [String: String]) -> String? { fields[key] }
    }
    // who calls
    try await withSpan("charge", ofKind: .client) { span in
        var fields: [String: String] = [:]
        InstrumentationSystem.tracer.inject(span.context, into: &fields, using: Fields())
        try await connection.send("charge", fields)
    }
    // who is called
    let (name, fields) = try await connection.next()
    var context = ServiceContext.topLevel
    InstrumentationSystem.tracer.extract(fields, into: &context, using: Fields())
    try await withSpan(name, context: context, ofKind: .server) { _ in try await connection.handle(name) }
}

private struct ReadmeConnection {
    func send(_ name: String, _ fields: [String: String]) async throws {}
    func next() async throws -> (String, [String: String]) { ("", [:]) }
    func handle(_ name: String) async throws {}
}

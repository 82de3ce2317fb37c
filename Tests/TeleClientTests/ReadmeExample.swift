import AsyncHTTPClient
import CoreMetrics
import Hummingbird
import Logging
import ServiceLifecycle
import TeleClient
import Tracing
import UnixSignals

/// The README's example of a service with TeleClient, kept compiling here; between the marks it is the same text.
enum ReadmeExample {
    // README example begins
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
    // README example ends
}

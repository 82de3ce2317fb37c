import AsyncHTTPClient
import CoreMetrics
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import TeleClient
import Tracing

/// One service of the shop: a Hummingbird application, a client for its neighbours, and its telemetry.
///
/// A service of yours is a process of its own and says `try Tele.bootstrap(serviceName: "checkout")` once; loggers,
/// metrics and spans find the backends by themselves from then on. Here five services share one process, and what
/// `bootstrap` sets is the process' own. So each service has its own `Tele`, and its logger, metrics factory and
/// tracer are handed on: to Hummingbird's logger, by `withMetricsFactory` and `withTracer` to everything below this
/// task, and to the tracing of AsyncHTTPClient.
struct ShopService: Sendable {
    let name: ShopName
    private let street: ShopStreet
    private let tele: Tele
    private let neighbours: HTTPClient

    init(_ name: ShopName, street: ShopStreet, server: String) throws {
        self.name = name
        self.street = street
        var configuration = TeleConfiguration(serviceName: name.rawValue)
        configuration.endpoint = server
        configuration.resource = ["service.namespace": "shop", "deployment.environment.name": "demo"]
        configuration.console = .off
        configuration.logLevel = .debug
        configuration.traces.delay = .milliseconds(500)
        configuration.logs.delay = .milliseconds(500)
        configuration.metricInterval = .seconds(5)
        tele = try Tele(configuration)

        var settings = HTTPClient.Configuration()
        settings.tracing.tracer = tele.tracer
        neighbours = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    func run() async throws {
        tele.start()
        try await withTracer(tele.tracer) {
            try await withMetricsFactory(tele.metricsFactory) {
                try await application().run()
            }
        }
    }

    func close() async {
        try? await neighbours.shutdown()
        await tele.shutdown(deadline: .seconds(3))
    }

    private func application() -> some ApplicationProtocol {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: TracingMiddleware())
        router.add(middleware: MetricsMiddleware())
        switch name {
        case .gateway: Gateway(shop: self).add(to: router)
        case .checkout: Checkout(shop: self, metrics: tele.metricsFactory).add(to: router)
        case .orders: Orders().add(to: router)
        case .payments: Payments().add(to: router)
        case .inventory: Inventory(metrics: tele.metricsFactory).add(to: router)
        }
        return Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), serverName: name.rawValue),
            onServerRunning: { [name, street] channel in
                if let port = channel.localAddress?.port { street.open(name, port: port) }
            },
            logger: tele.logger(label: name.rawValue))
    }

    /// Calls a neighbour; AsyncHTTPClient makes the client span and sends the trace context along.
    /// - Throws: the neighbour's own refusal below 500, else 502.
    func call(_ neighbour: ShopName, _ method: HTTPMethod, _ path: String) async throws -> String {
        guard let address = street.address(neighbour) else {
            throw HTTPError(.serviceUnavailable, message: "\(neighbour.rawValue) does not listen yet")
        }
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        let response = try await neighbours.execute(request, timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 64 << 10)
        switch response.status.code {
        case 200..<300: return String(buffer: body)
        case 400..<500:
            throw HTTPError(.init(code: Int(response.status.code)), message: "\(neighbour.rawValue): refused")
        default: throw HTTPError(.badGateway, message: "\(neighbour.rawValue) answered \(response.status.code)")
        }
    }
}

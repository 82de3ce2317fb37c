internal import HTTPTypes
internal import HummingbirdCore
internal import HummingbirdHTTP2
package import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
package import TeleAlert
internal import TeleDisk
internal import TeleModel
internal import TeleWire

/// `teled` without its arguments: the ports, the store behind them, and what ties them together.
///
/// ``run()`` listens at once and opens the store meanwhile; it returns after a graceful shutdown, with the store
/// closed. It throws ``DataFolderProblem`` where the data folder can't be used, ``ListenProblem`` where a port can't.
package final class Server: Service {
    package let state: ServerState
    package let metrics = ServerMetrics()
    package let admission: Admission
    package let gate: DecodeGate
    /// Where the server listens, in the order of the configuration, once it does; for one reader.
    package let listening: AsyncStream<BoundAddresses>

    let opener: EngineOpener
    let routes: [APIRoute]
    let logger: Logger
    package let runner: QueryRunner
    let workers: NIOThreadPool
    let metricsState: MetricsState
    package let tail = TailHub()
    package let rules = RuleManager()
    /// Where the alerts of rules go; what delivers them adds itself.
    package let alertSinks = AlertSinks()
    let ruleThreads = RuleQueryThreads()
    /// What the built-in rules look at.
    let builtins: BuiltinFacts
    /// Reads the configuration anew, for a reload that is asked for over HTTP.
    let reloadSource = Guarded<(@Sendable () throws(ConfigurationProblem) -> Configuration)?>(nil)
    let tailThread = NIOThreadPool(numberOfThreads: 1)
    let spanMetrics: SpanMetrics?
    let bound = Guarded(BoundAddresses())
    let listeningContinuation: AsyncStream<BoundAddresses>.Continuation

    /// Connections at the same time on one port; more wait to be accepted.
    private static let connections = 8192
    /// A connection that says nothing for this long is closed.
    private static let idleSeconds: Int64 = 75

    package init(_ configuration: Configuration, opener: EngineOpener, routes: [APIRoute], logger: Logger) {
        self.opener = opener
        self.routes = routes
        self.logger = logger
        state = ServerState(configuration)
        admission = Admission(capacity: configuration.bodyBytes)
        builtins = BuiltinFacts(metrics: metrics, state: state)
        metricsState = MetricsState(bytes: configuration.memory / 8)
        gate = DecodeGate(capacity: configuration.decodeBytes)
        let spanMetrics = configuration.spanMetrics ? SpanMetrics() : nil
        self.spanMetrics = spanMetrics
        runner = QueryRunner(
            concurrency: configuration.query.concurrency, state: state, metrics: metrics
        ) { [state, metrics, rules] in
            var facts = ServerFacts()
            facts.configuration = state.configuration
            facts.started = Int64(clamping: metrics.started / 1_000_000)
            facts.lastReload = metrics.lastReload
            facts.engine = state.openEngine?.facts() ?? EngineFacts()
            if let spanMetrics { facts.serviceGraph = { spanMetrics.graph() } }
            facts.rules = rules
            return facts
        }
        workers = NIOThreadPool(numberOfThreads: System.coreCount)
        (listening, listeningContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// A listener an address.
    func listeners() throws -> [any Service] {
        let http = httpFront
        let grpc = GRPCFront(pipeline: pipeline, state: state, metrics: metrics)
        let configuration = state.configuration
        var out: [any Service] = []
        for (i, address) in configuration.http.enumerated() {
            let channel = HTTP1Channel.Configuration(
                additionalChannelHandlers: [DisconnectWatch()], idleTimeout: .seconds(Server.idleSeconds))
            out.append(
                try HTTPServerBuilder.http1(configuration: channel).buildServer(
                    configuration: server(address), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                    logger: frameworkLogger, responder: http.respond,
                    onServerRunning: { [self] in didBind($0, at: i, isHTTP: true) }))
        }
        for (i, address) in configuration.grpc.enumerated() {
            let channel = HTTP2Channel.Configuration(
                idleTimeout: .seconds(Server.idleSeconds * 4), gracefulCloseTimeout: .seconds(3),
                streamConfiguration: HTTP1Channel.Configuration(idleTimeout: .seconds(Server.idleSeconds)))
            out.append(
                try HTTPServerBuilder.plaintextHTTP2(configuration: channel).buildServer(
                    configuration: server(address), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                    logger: frameworkLogger, responder: grpc.respond,
                    onServerRunning: { [self] in didBind($0, at: i, isHTTP: false) }))
        }
        return out
    }

    private var pipeline: IngestPipeline {
        IngestPipeline(
            state: state, admission: admission, gate: gate, metrics: metrics, workers: workers,
            metricsState: metricsState, tail: tail, spanMetrics: spanMetrics, services: builtins.services)
    }

    private var httpFront: HTTPFront {
        var table = RouteTable<HTTPFront.Target>()
        for (methods, template, answer) in ownPages { table.add(methods, template, .own(answer)) }
        for (template, signal) in Server.otlpPaths { table.add([.post], template, .otlp(signal)) }
        table.add([.post], "/loki/api/v1/push", .lokiPush)
        table.add([.get], LokiRoutes.prefix + "/tail", .tail)
        for template in ["/api/v1/write", "/prometheus/api/v1/write"] { table.add([.post], template, .remoteWrite) }
        for template in ["/api/v2/spans", "/zipkin/api/v2/spans"] { table.add([.post], template, .zipkin) }
        for route in routes + [reloadRoute] {
            table.add(route.methods, route.template, .query(route))
            // Grafana and promtool may be pointed at either.
            if route.template.hasPrefix("/api/v1/") {
                table.add(route.methods, "/prometheus" + route.template, .query(route))
            }
        }
        return HTTPFront(
            table: table, pipeline: pipeline, runner: runner, state: state, metrics: metrics,
            tail: TailDoor(state: state, hub: tail, runner: runner, evaluation: tailThread))
    }

    /// Prometheus' and Loki's own paths for OTLP lead to the same door.
    private static let otlpPaths: [(String, Signal)] = [
        ("/v1/logs", .logs), ("/v1/traces", .traces), ("/v1/metrics", .metrics), ("/otlp/v1/logs", .logs),
        ("/api/v1/otlp/v1/metrics", .metrics), ("/prometheus/api/v1/otlp/v1/metrics", .metrics),
    ]

    private func server(_ address: ListenAddress) -> ServerConfiguration {
        ServerConfiguration(
            address: .hostname(address.host, port: address.port), serverName: nil, backlog: 1024,
            availableConnectionsDelegate: MaximumAvailableConnections(Server.connections, logger: frameworkLogger))
    }

    /// The framework's own events are details here: what matters of them comes back from its `run()`.
    private var frameworkLogger: Logger {
        var quiet = logger
        quiet.logLevel = logger.logLevel <= .debug ? .debug : .critical
        return quiet
    }

    private func didBind(_ channel: any Channel, at index: Int, isHTTP: Bool) {
        let configuration = state.configuration
        let address = isHTTP ? configuration.http[index] : configuration.grpc[index]
        let actual = ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port)
        logger.info("listening", metadata: [isHTTP ? "http" : "grpc": "\(actual)"])
        let all = bound.withLock { bound in
            if isHTTP { bound.httpByIndex[index] = actual } else { bound.grpcByIndex[index] = actual }
            return bound
        }
        if all.http.count == configuration.http.count, all.grpc.count == configuration.grpc.count {
            listeningContinuation.yield(all)
        }
    }
}

/// Where a server listens, with the ports that the system chose for port 0.
package struct BoundAddresses: Sendable {
    var httpByIndex: [Int: ListenAddress] = [:]
    var grpcByIndex: [Int: ListenAddress] = [:]

    package var http: [ListenAddress] { httpByIndex.sorted { $0.key < $1.key }.map(\.value) }
    package var grpc: [ListenAddress] { grpcByIndex.sorted { $0.key < $1.key }.map(\.value) }
}

/// A port could not be listened on.
package struct ListenProblem: Error, Sendable, CustomStringConvertible {
    package var description: String
}

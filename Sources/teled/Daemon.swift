import Dispatch
import Logging
import ServiceLifecycle
import Synchronization
import TeleServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The running server: its log, its signals, its services, and the status that the process ends with.
struct Daemon {
    var options: ServerFlags
    var resolved: ResolvedConfiguration

    /// The contract's ten seconds, less what it takes to leave.
    private static let stopSeconds = 9.5

    func run() async -> Int32 {
        ProcessFacts.prepareMemory()
        let configuration = resolved.configuration
        let form = StandardErrorLog.form(configuration.logFormat)
        StandardErrorLog.setLevel(configuration.logLevel)
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, form: form) }
        let logger = Logger(label: "teled")
        for warning in resolved.warnings { logger.warning("\(warning)") }
        ProcessFacts.raiseFileLimit()

        let server = Server(configuration, opener: .store(logger: logger), routes: APIRoutes.all, logger: logger)
        server.readsConfiguration { [options] () throws(ConfigurationProblem) in
            let resolved = try options.resolve()
            for warning in resolved.warnings { logger.warning("\(warning)") }
            StandardErrorLog.setLevel(resolved.configuration.logLevel)
            return resolved.configuration
        }
        var services: [any Service] = [server]
        if configuration.demo { services.append(DemoService(server: server)) }
        let group = ServiceGroup(configuration: serviceGroup(services, logger))
        let signals = Signals([
            (SIGTERM, { @Sendable in Daemon.stop(group, logger) }),
            (SIGINT, { @Sendable in Daemon.stop(group, logger) }),
            (SIGHUP, { @Sendable in Daemon.reload(server) }),
        ])
        defer { withExtendedLifetime(signals) {} }
        do {
            try await group.run()
            logger.info("stopped")
            return ExitStatus.stopped
        } catch let problem as DataFolderProblem {
            logger.critical("the data folder cannot be used", metadata: ["reason": "\(problem)"])
            return ExitStatus.dataFolder
        } catch {
            logger.critical("\(error)")
            return ExitStatus.failed
        }
    }

    private func serviceGroup(_ services: [any Service], _ logger: Logger) -> ServiceGroupConfiguration {
        var quiet = logger
        quiet.logLevel = .error
        let configurations = services.map {
            ServiceGroupConfiguration.ServiceConfiguration(
                service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .cancelGroup)
        }
        return ServiceGroupConfiguration(services: configurations, logger: quiet)
    }

    private static let asked = Atomic(false)

    /// The second signal, and the deadline, end the process at once: what was acknowledged is in the write-ahead log.
    private static func stop(_ group: ServiceGroup, _ logger: Logger) {
        if asked.exchange(true, ordering: .relaxed) { Signals.leave(ExitStatus.failed) }
        DispatchQueue.global().asyncAfter(deadline: .now() + stopSeconds) {
            logger.warning("leaving before everything was sealed; the next start reads it from the write-ahead log")
            Signals.leave(ExitStatus.stopped)
        }
        Task { await group.triggerGracefulShutdown() }
    }

    /// A reload that fails says so itself, and keeps what was.
    private static func reload(_ server: Server) {
        try? server.reloadFromSource()
    }
}

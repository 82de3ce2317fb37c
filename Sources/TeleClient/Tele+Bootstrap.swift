import CoreMetrics
import Logging
import TeleModel
import Tracing

extension Tele {
    private static let isBootstrapped = Locked(false)

    /// Installs the backends for logging, metrics and tracing in this process and begins to export.
    ///
    /// OpenTelemetry's environment variables override `configuration`; what cannot be used of them is said on
    /// standard error. Call it once, first thing; the other bootstrap functions of swift-log, swift-metrics and
    /// swift-distributed-tracing must not be called besides it.
    /// - Throws: ``TeleError`` for a second call or an unusable endpoint; nothing has been installed then.
    public static func bootstrap(_ configuration: TeleConfiguration = TeleConfiguration()) throws(TeleError) -> Tele {
        var configuration = configuration
        let problems = configuration.applyEnvironment()
        let tele = try Tele(configuration)
        let isFirst = isBootstrapped.withLock { done in
            defer { done = true }
            return !done
        }
        guard isFirst else { throw .alreadyBootstrapped }
        LoggingSystem.bootstrap(
            { tele.logHandler(label: $0, metadataProvider: $1) }, metadataProvider: nil)
        MetricsSystem.bootstrap(tele.metricsFactory)
        InstrumentationSystem.bootstrap(tele.tracer)
        tele.start()
        for problem in problems { Process.writeToStandardError("tele: \(problem)\n") }
        return tele
    }

    /// The same with all defaults but the name.
    public static func bootstrap(serviceName: String) throws(TeleError) -> Tele {
        try bootstrap(TeleConfiguration(serviceName: serviceName))
    }

    /// The id of the trace that the current task belongs to: 32 hexadecimal digits.
    public static var currentTraceID: String? { ServiceContext.current?.teleSpan?.traceID.hex }
}

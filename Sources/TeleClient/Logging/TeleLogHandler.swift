public import Logging
import Tracing

/// Writes each event to the console and, encoded, to the queue of the exporter.
public struct TeleLogHandler: LogHandler {
    /// What was set, unless `telectl loglevel` has set another one for the time being.
    public var logLevel: Logger.Level {
        get { core.levels.level(of: label, own: ownLevel) }
        set { ownLevel = newValue }
    }
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private var ownLevel: Logger.Level
    private let label: String
    private let core: Core

    /// What all handlers of an instance share.
    final class Core: Sendable {
        let console: ConsoleStyle
        let hasSource: Bool
        let level: Logger.Level
        let limits: TeleConfiguration.LogLimits
        let redaction: Redaction
        let levels: LogLevels
        /// nil: nothing is exported.
        let pipeline: ExportPipeline?

        init(_ configuration: TeleConfiguration, levels: LogLevels, pipeline: ExportPipeline?) {
            console = ConsoleStyle(configuration.console)
            hasSource = configuration.logSource
            level = configuration.logLevel
            limits = configuration.logLimits.bounded
            redaction = Redaction(keys: configuration.sensitiveKeys)
            self.levels = levels
            self.pipeline = configuration.isEnabled && configuration.logsExport.isEnabled ? pipeline : nil
        }
    }

    init(label: String, core: Core, metadataProvider: Logger.MetadataProvider?) {
        self.label = label
        self.core = core
        self.metadataProvider = metadataProvider
        ownLevel = core.level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let time = UnixTime.now()
        let span = ServiceContext.current?.teleSpan
        let metadata = core.redaction.apply(merged(event))
        switch core.console {
        case .off: break
        case .development(let isColoured):
            ConsoleLine.development(
                event, label: label, time: time, metadata: metadata, span: span, isColoured: isColoured
            ).write()
        case .text: ConsoleLine.text(event, label: label, time: time, metadata: metadata, span: span).write()
        case .json: ConsoleLine.json(event, label: label, time: time, metadata: metadata, span: span).write()
        }
        guard let pipeline = core.pipeline else { return }
        let encoder = LogEncoder(
            time: time, span: span, metadata: metadata, hasSource: core.hasSource, limits: core.limits)
        pipeline.offer(ExportItem(scope: label, bytes: encoder.encode(event)))
    }

    /// The event's own metadata go before the logger's, and these before the provider's.
    private func merged(_ event: LogEvent) -> Logger.Metadata {
        var merged = metadataProvider?.get() ?? [:]
        if merged.isEmpty { merged = metadata } else { merged.merge(metadata) { $1 } }
        guard let own = event.metadata, !own.isEmpty else { return merged }
        if merged.isEmpty { return own }
        merged.merge(own) { $1 }
        return merged
    }
}

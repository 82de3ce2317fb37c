public import Logging
import TeleModel
import TeleWire
import Tracing

/// Writes each event to the console and, encoded, to the queue of the exporter.
public struct TeleLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let console: TeleConfiguration.Console
    private let hasSource: Bool
    private let pipeline: ExportPipeline?

    init(
        label: String, configuration: TeleConfiguration, pipeline: ExportPipeline?,
        metadataProvider: Logger.MetadataProvider?
    ) {
        self.label = label
        self.metadataProvider = metadataProvider
        self.pipeline = pipeline
        console = configuration.console
        hasSource = configuration.logSource
        logLevel = configuration.logLevel
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let time = UnixTime.now()
        let span = ServiceContext.current?.teleSpan
        let metadata = merged(event)
        switch console {
        case .off: break
        case .text: ConsoleLine.text(event, label: label, time: time, metadata: metadata, span: span).write()
        case .json: ConsoleLine.json(event, label: label, time: time, metadata: metadata, span: span).write()
        }
        guard let pipeline else { return }
        let encoder = LogEncoder(time: time, span: span, metadata: metadata, hasSource: hasSource)
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

import Logging

extension TeleConfiguration {
    /// Overrides this configuration by the OpenTelemetry environment variables that are set.
    ///
    /// | variables | what they set |
    /// |---|---|
    /// | `OTEL_SDK_DISABLED` | ``isEnabled`` |
    /// | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | ``serviceName``, ``resource`` |
    /// | `OTEL_LOG_LEVEL` | ``logLevel`` |
    /// | `OTEL_PROPAGATORS` | ``propagators``; `none` for none |
    /// | `OTEL_TRACES_SAMPLER`, `_ARG` | ``sampler``: `always_on`, `always_off`, `traceidratio`, `ratelimited` and each with `parentbased_` |
    /// | `OTEL_EXPORTER_OTLP_ENDPOINT`, `_PROTOCOL`, `_HEADERS`, `_TIMEOUT`, `_COMPRESSION`, `_CERTIFICATE`, `_CLIENT_CERTIFICATE`, `_CLIENT_KEY` | ``endpoint``, ``wireProtocol``, ``headers``, ``timeout``, ``compression``, ``tls`` |
    /// | the first four of them with `_TRACES_`, `_METRICS_`, `_LOGS_` after `OTLP` | ``tracesExport``, ``metricsExport``, ``logsExport`` |
    /// | `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`, `OTEL_LOGS_EXPORTER` | the same: `otlp`, `console`, `none` |
    /// | `OTEL_BSP_*`, `OTEL_BLRP_*` | ``traces``, ``logs``: `SCHEDULE_DELAY`, `MAX_QUEUE_SIZE`, `MAX_EXPORT_BATCH_SIZE`; `EXPORT_TIMEOUT` is that signal's timeout |
    /// | `OTEL_SPAN_*_LIMIT`, `OTEL_EVENT_*`, `OTEL_LINK_*`, `OTEL_LOGRECORD_*`, `OTEL_ATTRIBUTE_*` | ``spanLimits``, ``logLimits`` |
    /// | `OTEL_METRIC_EXPORT_INTERVAL`, `_TIMEOUT` | ``metricInterval``, the metrics' timeout |
    /// | `OTEL_METRICS_EXEMPLAR_FILTER` | ``exemplars`` |
    /// | `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, `_DEFAULT_HISTOGRAM_AGGREGATION` | ``temporality``, ``timerHistogram``, ``recorderHistogram`` |
    ///
    /// Times are milliseconds. The first that is set wins: the signal's own variable, then the general one, then code.
    /// - Parameter lookup: the value of a variable; nil reads the process' environment.
    /// - Returns: a sentence for each value that could not be used and was ignored.
    @discardableResult
    public mutating func applyEnvironment(_ lookup: ((String) -> String?)? = nil) -> [String] {
        let lookup = lookup ?? Process.environment
        var reader = EnvironmentReader(lookup: lookup)
        reader.bool("OTEL_SDK_DISABLED") { isEnabled = !$0 }
        reader.unsupported("OTEL_CONFIG_FILE", "configuration files are not read, the other variables are")
        reader.pairs("OTEL_RESOURCE_ATTRIBUTES") { pairs in
            for (key, value) in pairs {
                if key == "service.name" { serviceName = value } else { resource[key] = value }
            }
        }
        reader.text("OTEL_SERVICE_NAME") { serviceName = $0 }
        reader.parsed("OTEL_LOG_LEVEL", Self.level) { logLevel = $0 }
        applyExport(&reader)
        applyTracing(&reader, samplerArgument: lookup("OTEL_TRACES_SAMPLER_ARG"))
        applyMetrics(&reader)
        reader.queue("OTEL_BSP", &traces)
        reader.queue("OTEL_BLRP", &logs)
        return reader.problems
    }

    private mutating func applyExport(_ reader: inout EnvironmentReader) {
        let prefix = "OTEL_EXPORTER_OTLP"
        reader.text("\(prefix)_ENDPOINT") { endpoint = $0 }
        reader.pairs("\(prefix)_HEADERS") { for (key, value) in $0 { headers[key] = value } }
        reader.milliseconds("\(prefix)_TIMEOUT") { timeout = $0 }
        reader.parsed("\(prefix)_COMPRESSION", Self.compression) { compression = $0 }
        #if GRPC
        reader.parsed("\(prefix)_PROTOCOL", WireProtocol.init) { wireProtocol = $0 }
        #else
        if reader.lookup("\(prefix)_PROTOCOL")?.lowercased() == WireProtocol.grpc.rawValue {
            reader.unsupported("\(prefix)_PROTOCOL", "\(TeleError.noGRPC)")
        } else {
            reader.parsed("\(prefix)_PROTOCOL", WireProtocol.init) { wireProtocol = $0 }
        }
        #endif
        reader.text("\(prefix)_CERTIFICATE") { tls.certificateAuthority = $0 }
        reader.text("\(prefix)_CLIENT_CERTIFICATE") { tls.clientCertificate = $0 }
        reader.text("\(prefix)_CLIENT_KEY") { tls.clientKey = $0 }
        reader.milliseconds("OTEL_BSP_EXPORT_TIMEOUT") { tracesExport.timeout = $0 }
        reader.milliseconds("OTEL_BLRP_EXPORT_TIMEOUT") { logsExport.timeout = $0 }
        reader.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT") { metricsExport.timeout = $0 }
        Self.apply("TRACES", &reader, to: &tracesExport)
        Self.apply("METRICS", &reader, to: &metricsExport)
        Self.apply("LOGS", &reader, to: &logsExport)
        // A console that code has chosen is not taken away by a variable that names exporters.
        if logsExport.isOnConsole, case .off = console { console = .automatic }
    }

    private static func apply(_ signal: String, _ reader: inout EnvironmentReader, to export: inout Export) {
        let prefix = "OTEL_EXPORTER_OTLP_\(signal)"
        reader.text("\(prefix)_ENDPOINT") { export.endpoint = $0 }
        reader.pairs("\(prefix)_HEADERS") { for (key, value) in $0 { export.headers[key] = value } }
        reader.milliseconds("\(prefix)_TIMEOUT") { export.timeout = $0 }
        reader.parsed("\(prefix)_COMPRESSION", compression) { export.compression = $0 }
        for name in ["PROTOCOL", "CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"] {
            reader.unsupported("\(prefix)_\(name)", "it can be set for all signals only, by OTEL_EXPORTER_OTLP_\(name)")
        }
        reader.list("OTEL_\(signal)_EXPORTER", { ["otlp", "console", "none"].contains($0) ? $0 : nil }) { names in
            guard !names.isEmpty else { return }
            export.isEnabled = names.contains("otlp")
            export.isOnConsole = names.contains("console")
        }
    }

    private mutating func applyTracing(_ reader: inout EnvironmentReader, samplerArgument: String?) {
        reader.list("OTEL_PROPAGATORS", { $0 == "none" ? [] : TelePropagator(rawValue: $0).map { [$0] } }) {
            var found: [TelePropagator] = []
            for one in $0.joined() where !found.contains(one) { found.append(one) }
            propagators = found
        }
        reader.parsed("OTEL_TRACES_SAMPLER", { Self.sampler($0, argument: samplerArgument) }) { sampler = $0 }
        reader.limit("OTEL_ATTRIBUTE_COUNT_LIMIT") {
            spanLimits.attributes = $0
            spanLimits.attributesPerEvent = $0
            spanLimits.attributesPerLink = $0
            logLimits.attributes = $0
        }
        reader.limit("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT") {
            spanLimits.valueBytes = $0
            logLimits.valueBytes = $0
        }
        reader.limit("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT") { spanLimits.attributes = $0 }
        reader.limit("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT") { spanLimits.valueBytes = $0 }
        reader.limit("OTEL_SPAN_EVENT_COUNT_LIMIT") { spanLimits.events = $0 }
        reader.limit("OTEL_SPAN_LINK_COUNT_LIMIT") { spanLimits.links = $0 }
        reader.limit("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT") { spanLimits.attributesPerEvent = $0 }
        reader.limit("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT") { spanLimits.attributesPerLink = $0 }
        reader.limit("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT") { logLimits.attributes = $0 }
        reader.limit("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT") { logLimits.valueBytes = $0 }
    }

    private mutating func applyMetrics(_ reader: inout EnvironmentReader) {
        reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL") { metricInterval = $0 }
        reader.parsed("OTEL_METRICS_EXEMPLAR_FILTER", Self.exemplars) { exemplars = $0 }
        let prefix = "OTEL_EXPORTER_OTLP_METRICS"
        reader.parsed("\(prefix)_TEMPORALITY_PREFERENCE", Self.temporality) { temporality = $0 }
        reader.parsed("\(prefix)_DEFAULT_HISTOGRAM_AGGREGATION", Self.isExponential) { isExponential in
            timerHistogram = isExponential ? .exponential() : .seconds
            recorderHistogram = isExponential ? .exponential() : .plain
        }
    }

    private static func level(_ text: String) -> Logger.Level? {
        switch text {
        case "warn": .warning
        case "fatal": .critical
        default: Logger.Level(rawValue: text)
        }
    }

    private static func compression(_ text: String) -> Compression? {
        switch text {
        case "gzip": .gzip
        case "none": Compression.none
        default: nil
        }
    }

    private static func exemplars(_ text: String) -> Exemplars? {
        switch text {
        case "always_off": .off
        case "trace_based": .sampledSpans
        default: nil
        }
    }

    private static func temporality(_ text: String) -> Temporality? {
        switch text {
        case "cumulative": .cumulative
        // Up-down counters, the one thing in which the two differ, are gauges here.
        case "delta", "lowmemory": .delta
        default: nil
        }
    }

    private static func isExponential(_ text: String) -> Bool? {
        switch text {
        case "explicit_bucket_histogram": false
        case "base2_exponential_bucket_histogram": true
        default: nil
        }
    }

    private static func sampler(_ name: String, argument: String?) -> TeleSampler? {
        let prefix = "parentbased_"
        guard !name.hasPrefix(prefix) else {
            return sampler(String(name.dropFirst(prefix.count)), argument: argument).map { .parentBased(root: $0) }
        }
        let number: Double? = argument.map { Double($0) } ?? 1
        switch name {
        case "always_on": return .always
        case "always_off": return .never
        case "traceidratio":
            guard let number, (0...1).contains(number) else { return nil }
            return .ratio(number)
        case "ratelimited":
            guard let number, number >= 0, number.isFinite else { return nil }
            return .rateLimited(perSecond: number)
        default: return nil
        }
    }
}

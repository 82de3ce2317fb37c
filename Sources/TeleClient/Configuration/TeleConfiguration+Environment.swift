import Logging

extension TeleConfiguration {
    /// Overrides this configuration by the OpenTelemetry environment variables that are set:
    /// `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_LOG_LEVEL`,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`, `_HEADERS`, `_TIMEOUT`, `_COMPRESSION` (the endpoint also as
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `_METRICS_`, `_LOGS_`), `OTEL_TRACES_SAMPLER` and `_ARG`,
    /// `OTEL_BSP_*` and `OTEL_BLRP_*` (`SCHEDULE_DELAY`, `MAX_QUEUE_SIZE`, `MAX_EXPORT_BATCH_SIZE`) and
    /// `OTEL_METRIC_EXPORT_INTERVAL`.
    ///
    /// - Parameter lookup: the value of a variable; nil reads the process' environment.
    /// - Returns: a sentence for each value that could not be used and was ignored.
    @discardableResult
    public mutating func applyEnvironment(_ lookup: ((String) -> String?)? = nil) -> [String] {
        let lookup = lookup ?? Process.environment
        var reader = EnvironmentReader(lookup: lookup)
        reader.bool("OTEL_SDK_DISABLED") { isEnabled = !$0 }
        reader.pairs("OTEL_RESOURCE_ATTRIBUTES") { pairs in
            for (key, value) in pairs {
                if key == "service.name" { serviceName = value } else { resource[key] = value }
            }
        }
        reader.text("OTEL_SERVICE_NAME") { serviceName = $0 }
        reader.parsed("OTEL_LOG_LEVEL", Self.level) { logLevel = $0 }

        reader.text("OTEL_EXPORTER_OTLP_ENDPOINT") { endpoint = $0 }
        reader.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") { tracesEndpoint = $0 }
        reader.text("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") { metricsEndpoint = $0 }
        reader.text("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT") { logsEndpoint = $0 }
        reader.pairs("OTEL_EXPORTER_OTLP_HEADERS") { for (key, value) in $0 { headers[key] = value } }
        reader.milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT") { timeout = $0 }
        reader.parsed("OTEL_EXPORTER_OTLP_COMPRESSION", Self.compression) { compression = $0 }
        reader.parsed("OTEL_EXPORTER_OTLP_PROTOCOL", { $0 == "http/protobuf" ? true : nil }) { _ in }

        let argument = lookup("OTEL_TRACES_SAMPLER_ARG")
        reader.parsed("OTEL_TRACES_SAMPLER", { Self.sampler($0, argument: argument) }) { sampler = $0 }

        reader.queue("OTEL_BSP", &traces)
        reader.queue("OTEL_BLRP", &logs)
        reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL") { metricInterval = $0 }
        return reader.problems
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

    private static func sampler(_ name: String, argument: String?) -> TeleSampler? {
        let share: Double? = argument.map { Double($0) } ?? 1
        switch name {
        case "always_on": return .always
        case "always_off": return .never
        case "parentbased_always_on": return .parentBased(root: .always)
        case "parentbased_always_off": return .parentBased(root: .never)
        case "traceidratio", "parentbased_traceidratio":
            guard let share, (0...1).contains(share) else { return nil }
            return name == "traceidratio" ? .ratio(share) : .parentBased(root: .ratio(share))
        default: return nil
        }
    }
}

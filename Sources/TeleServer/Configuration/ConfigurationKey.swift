/// One setting: its dotted key in the file, the environment variable made from it, how its text is read and shown.
/// A flag, a variable and the file all go through the same ``apply``.
package struct ConfigurationKey: Sendable {
    /// `retention.logs`.
    package var name: String
    package var help: String
    /// Whether SIGHUP can change it while the process runs.
    package var isReloadable: Bool
    package var isList: Bool
    package var apply: @Sendable (inout Configuration, [String]) throws(ConfigurationProblem) -> Void
    package var show: @Sendable (Configuration) -> [String]

    /// `TELED_RETENTION_LOGS`.
    package var variable: String { "TELED_" + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined() }

    package static func named(_ name: String) -> ConfigurationKey? { all.first { $0.name == name } }

    package static let all: [ConfigurationKey] = listening + storage + queries + process

    private static let listening: [ConfigurationKey] = [
        text("data", "the data folder", \.data),
        addresses("http", "HTTP addresses: OTLP, the query APIs, health, metrics", \.http),
        addresses("grpc", "OTLP/gRPC addresses", \.grpc),
    ]

    private static let storage: [ConfigurationKey] = [
        choice("durability", "fsync, or interval: synced at most every second", \.durability),
        size("memory", "head, caches, queries and requests in flight together", \.memory, least: 32 << 20),
        duration("retention.logs", "how long logs are kept", \.retention.logs, isReloadable: true),
        duration("retention.traces", "how long spans are kept", \.retention.traces, isReloadable: true),
        duration("retention.metrics", "how long samples are kept", \.retention.metrics, isReloadable: true),
        size("max_bytes.logs", "disk that logs may take", \.maxBytes.logs, isReloadable: true),
        size("max_bytes.traces", "disk that spans may take", \.maxBytes.traces, isReloadable: true),
        size("max_bytes.metrics", "disk that samples may take", \.maxBytes.metrics, isReloadable: true),
        duration("future", "how far ahead of now a record's time may lie", \.future, isReloadable: true),
        size(
            "storage.seal_bytes", "memory of a signal's newest data before it is sealed", \.storage.sealBytes,
            least: 64 << 10),
        duration("storage.seal_age", "how long data stays only in memory and the log", \.storage.sealAge),
        size("storage.wal_bytes", "how long the write-ahead log may grow", \.storage.walBytes, least: 1 << 20),
        count(
            "storage.merge_inputs", "small segments that are merged into one", \.storage.mergeInputs,
            isReloadable: false),
    ]

    private static let queries: [ConfigurationKey] = [
        count("query.max_rows", "rows or samples one query may look at", \.query.maxRows),
        size("query.max_bytes", "bytes one query may hold", \.query.maxBytes, isReloadable: true),
        count("query.max_series", "series one selector of a query may take", \.query.maxSeries),
        duration("query.timeout", "how long one query may take", \.query.timeout, isReloadable: true),
        count("query.trace_spans", "spans of one trace that an answer has or a query looks at", \.query.traceSpans),
        count("query.concurrency", "queries that run at the same time", \.query.concurrency, isReloadable: false),
        flag(
            "query.experimental", "functions and syntax of PromQL that are experimental in Prometheus",
            \.query.experimental, isReloadable: true),
    ]

    private static let process: [ConfigurationKey] = [
        ConfigurationKey(
            name: "log.level", help: "trace, debug, info, notice, warning, error or critical", isReloadable: true,
            isList: false,
            apply: { configuration, values throws(ConfigurationProblem) in
                let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
                let level = try one(values)
                guard levels.contains(level) else {
                    throw ConfigurationProblem("\"\(level)\" is none of \(levels.joined(separator: ", "))")
                }
                configuration.logLevel = level
            }, show: { [$0.logLevel] }),
        choice("log.format", "auto, text or json", \.logFormat),
        flag("demo", "run the demonstration shop beside the server", \.demo),
        interval("self_metrics", "how often the server stores its own metrics, or off", \.selfMetrics),
        flag(
            "web.enable_admin_api", "delete series and make copies over HTTP", \.web.isAdminEnabled, isReloadable: true),
        texts("web.cors_origins", "origins whose pages may read the Prometheus API; * is any", \.web.corsOrigins),
        flag("span_metrics", "rate, errors, duration and the service graph from spans, as metrics", \.spanMetrics),
        texts("rules", "globs of rule files, from the configuration's folder on", \.rules),
        duration(
            "evaluation_interval", "how often groups of rules that say nothing are evaluated", \.evaluationInterval,
            isReloadable: true),
        flag(
            "alert_links", "whether alerts of rules carry links to a trace and to logs", \.alertLinks,
            isReloadable: true),
        optionalText("external_url", "where links in alerts lead; the first HTTP address without", \.externalURL),
        ConfigurationKey(
            name: "external_labels", help: "name=value, for the templates of rules", isReloadable: true, isList: true,
            apply: { configuration, values throws(ConfigurationProblem) in
                for value in values where !value.dropFirst().contains("=") {
                    throw ConfigurationProblem("\"\(value)\" is no label; write name=value")
                }
                configuration.externalLabels = values
            }, show: { $0.externalLabels }),
        interval("builtin_rules.dead_man", "a service silent for this long alerts, or off", \.builtins.deadMan),
        flag(
            "builtin_rules.ingest_refused", "refused requests and records alert", \.builtins.ingestRefused,
            isReloadable: true),
        flag("builtin_rules.disk_full", "a disk nearly full alerts", \.builtins.diskFull, isReloadable: true),
        interval(
            "builtin_rules.clock_skew", "a clock off by more than this alerts, or off", \.builtins.clockSkew),
        flag(
            "builtin_rules.push_failing", "an Alertmanager that can't be reached alerts", \.builtins.pushFailing,
            isReloadable: true),
        texts("alertmanagers", "addresses of external Alertmanagers", \.alertmanagers),
    ]
}

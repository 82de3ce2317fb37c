package import TeleAlert

/// Everything an operator can set, with its default. Keys, flags and environment variables: ``ConfigurationKey``.
package struct Configuration: Sendable, Equatable {
    package enum Durability: String, Sendable, CaseIterable {
        /// Answered after an fsync that covers the request.
        case fsync
        /// Answered after a write; synced at most every second.
        case interval
    }

    package enum LogFormat: String, Sendable, CaseIterable {
        /// Text on a terminal, JSON otherwise.
        case auto
        case text
        case json
    }

    /// A value a signal.
    package struct PerSignal<Value: Sendable & Equatable>: Sendable, Equatable {
        package var logs: Value
        package var traces: Value
        package var metrics: Value

        package init(logs: Value, traces: Value, metrics: Value) {
            self.logs = logs
            self.traces = traces
            self.metrics = metrics
        }
    }

    package var data = "./teled-data"
    package var http = [ListenAddress(host: "127.0.0.1", port: 4318)]
    package var grpc = [ListenAddress(host: "127.0.0.1", port: 4317)]
    package var durability = Durability.fsync
    /// Head, caches, queries and requests in flight together; bytes.
    package var memory = 512 << 20
    /// Milliseconds.
    package var retention = PerSignal<Int64>(
        logs: 30 * 86_400_000, traces: 14 * 86_400_000, metrics: 400 * 86_400_000)
    /// Bytes on disk.
    package var maxBytes = PerSignal<Int>(logs: 50 << 30, traces: 50 << 30, metrics: 20 << 30)
    /// How far ahead of now a record's time may lie, milliseconds.
    package var future: Int64 = 86_400_000
    package var storage = SegmentLife()
    package var query = QueryLimits()
    /// How often the server stores its own metrics, milliseconds; 0 is never.
    package var selfMetrics: Int64 = 0
    package var web = Web()
    /// Whether spans become metrics: RED by operation, and the service graph.
    package var spanMetrics = true
    package var logLevel = "info"
    package var logFormat = LogFormat.auto
    package var demo = false
    /// Globs of rule files, from ``folder`` on.
    package var rules: [String] = []
    /// The folder of the configuration file, with a slash at its end; empty: where the process was started.
    package var folder = ""
    /// How often groups of rules that say nothing are evaluated, milliseconds.
    package var evaluationInterval: Int64 = 60_000
    /// Of links in alerts; empty: the first HTTP address.
    package var externalURL = ""
    /// Whether alerts of rules carry links to a trace and to logs.
    package var alertLinks = true
    /// `name=value`: what templates know as `$externalLabels`.
    package var externalLabels: [String] = []
    package var builtins = Builtins()
    package var alertmanagers: [String] = []
    /// Routes and receivers; nil where the file has no `alerting`.
    package var alerting: AlertingConfiguration?

    package init() {}

    /// The rules that every server has. Times are milliseconds; 0 is off.
    package struct Builtins: Sendable, Equatable {
        /// A service that was heard of and is silent for this long.
        package var deadMan: Int64 = 300_000
        package var ingestRefused = true
        package var diskFull = true
        /// A service whose clock is off by more than this.
        package var clockSkew: Int64 = 60_000
        /// An external Alertmanager that does not take what is pushed.
        package var pushFailing = true
    }

    /// What the HTTP port offers besides ingest and queries.
    package struct Web: Sendable, Equatable {
        /// Whether `/api/v1/admin/tsdb/...` deletes and copies.
        package var isAdminEnabled = false
        /// Origins whose pages may read the Prometheus API: `*` is any.
        package var corsOrigins = ["*"]
    }

    /// When what is in memory becomes segments, and segments become larger ones.
    package struct SegmentLife: Sendable, Equatable {
        /// A signal's data in memory, bytes; less where `memory` is small.
        package var sealBytes = 64 << 20
        /// Milliseconds.
        package var sealAge: Int64 = 600_000
        /// The write-ahead log, which is what a start after a crash has to read; bytes.
        package var walBytes = 512 << 20
        /// So many small segments of a day are merged into one.
        package var mergeInputs = 8
    }

    /// What one query may cost, and how many run.
    package struct QueryLimits: Sendable, Equatable {
        package var maxRows = 2_000_000_000
        /// Bytes held for one answer.
        package var maxBytes = 256 << 20
        /// Series that one selector may take.
        package var maxSeries = 1_000_000
        /// Milliseconds.
        package var timeout: Int64 = 120_000
        /// Spans of one trace that an answer has or a query looks at.
        package var traceSpans = 50_000
        /// Queries that run at the same time; as many again times eight may wait.
        package var concurrency = 8
        /// Whether PromQL has the functions and syntax that are experimental in Prometheus.
        package var experimental = true
    }

    /// An eighth of the memory is for request bodies as they arrive, three sixteenths for what they become; half is
    /// the store's. All queries together have a quarter, which is a sixteenth more than is left: ingest is hardly ever
    /// at all its limits at once.
    package var bodyBytes: Int { memory / 8 }
    package var decodeBytes: Int { memory / 16 * 3 }
    package var queryBytes: Int { memory / 4 }
}

public import Logging

/// Everything that can be adjusted; the defaults suit a service beside a `teled` on the same machine.
///
/// ```swift
/// var configuration = TeleConfiguration(serviceName: "checkout")
/// configuration.sampler = .parentBased(root: .ratio(0.1))
/// let tele = try Tele.bootstrap(configuration)
/// ```
/// `Tele.bootstrap` lets the OpenTelemetry environment variables override what code has set, so that operations have
/// the last word; ``applyEnvironment(_:)`` names them.
public struct TeleConfiguration: Sendable {
    public enum Compression: Sendable { case gzip, none }

    /// What is written to standard error besides being exported.
    public enum Console: Sendable {
        case off
        /// ``development`` where standard error is a terminal, else ``text``.
        case automatic
        /// Short, aligned and in colour (not with `NO_COLOR`): time of day, level, message, metadata, then where it comes
        /// from.
        case development
        /// One line of text an event, to be read by people.
        case text
        /// One JSON object a line.
        case json
    }

    /// How a histogram (a timer or an aggregating recorder) keeps its values.
    public enum Histogram: Sendable, Equatable {
        /// Counts between these bounds, ascending. Timers are in seconds.
        case explicit([Double])
        /// Buckets that grow exponentially and widen by themselves so that no more than this many are used.
        case exponential(maxBuckets: Int = 160)

        /// The bounds that OpenTelemetry recommends for durations in seconds.
        public static let seconds = Histogram.explicit([
            0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
        ])
        /// The bounds that OpenTelemetry uses where nothing is known.
        public static let plain = Histogram.explicit([
            0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000,
        ])
    }

    /// What the numbers of a sum or a histogram count from.
    public enum Temporality: Sendable {
        /// From the start of the process, as Prometheus and `teled` have it.
        case cumulative
        /// From the collection before: what a lost request held is lost.
        case delta
    }

    public enum Exemplars: Sendable {
        case off
        /// At most one for each bucket or sum between two collections, from spans that are recorded.
        case sampledSpans
    }

    /// One signal's queue. A record that finds the queue full is dropped and counted; the host never waits.
    public struct Queue: Sendable {
        /// Encoded bytes and records that may wait.
        public var bytes = 8 << 20
        public var records = 65_536
        /// A batch is sent when this many records wait, or after the delay.
        public var batchRecords = 1_024
        public var delay = Duration.seconds(1)

        public init() {}
    }

    /// How a request that may succeed later (429, 502, 503, 504, no answer) is repeated.
    public struct Retry: Sendable {
        public var first = Duration.milliseconds(500)
        public var longest = Duration.seconds(30)
        /// After this time a batch is dropped and counted.
        public var giveUpAfter = Duration.seconds(300)

        public init() {}
    }

    public var serviceName: String
    /// More attributes of this process, for example `deployment.environment.name`.
    public var resource: [String: String] = [:]

    /// `/v1/traces`, `/v1/metrics` and `/v1/logs` are appended to it.
    public var endpoint = "http://127.0.0.1:4318"
    /// What differs for single signals.
    public var tracesExport = Export()
    public var metricsExport = Export()
    public var logsExport = Export()
    public var wireProtocol = WireProtocol.httpProtobuf
    public var tls = TLS()
    /// Sent with every export, for example an API key.
    public var headers: [String: String] = [:]
    /// For one request, connecting included.
    public var timeout = Duration.seconds(10)
    public var compression = Compression.gzip
    public var retry = Retry()
    public var breaker = Breaker()
    /// nil: what can't be sent waits in memory only.
    public var spill: Spill?

    /// Read in this order, a later one that finds something wins; all are written.
    public var propagators: [TelePropagator] = [.traceContext, .baggage]
    public var spanLimits = SpanLimits()
    public var logLimits = LogLimits()
    public var sampler = TeleSampler.parentBased(root: .always)
    public var traces = Queue()
    public var logs = Queue()
    public var metrics = Queue()
    public var metricInterval = Duration.seconds(15)
    /// Whether sums and histograms tell what came since the start or since the last time.
    public var temporality = Temporality.cumulative
    /// Which measurements carry the trace that they were made in.
    public var exemplars = Exemplars.sampledSpans
    /// Adds what the process and Swift's runtime use: `process.cpu.time`, `process.memory.usage` and more.
    public var processMetrics = true
    public var timerHistogram = Histogram.seconds
    public var recorderHistogram = Histogram.plain

    public var logLevel = Logger.Level.info
    public var console = Console.automatic
    /// Values of metadata with these keys, in any case, are redacted, besides those marked as sensitive where they are
    /// logged; see ``TeleSensitivity``.
    public var sensitiveKeys: Set<String> = []
    /// How often teled is asked whether `telectl loglevel` has set other levels for this service; nil never asks.
    public var logLevelPoll: Duration?
    /// Adds `code.file.path`, `code.line.number` and `code.function.name` to each log record.
    public var logSource = true

    /// Looks at the start for crash reports that Swift's runtime has left of earlier processes with this program's name,
    /// and sends each as a fatal log event. It writes them where it is told to by the environment:
    /// `SWIFT_BACKTRACE=enable=yes,format=json,output-to=/var/crash/checkout/`
    public var crashReports = true
    /// nil is the folder of `output-to` there.
    public var crashReportFolder: String?

    /// False: nothing is exported; the console and the propagation of trace context go on.
    public var isEnabled = true
    /// How long ``Tele/run()`` takes at most to send what is left when the service shuts down.
    public var shutdownDeadline = Duration.seconds(5)

    public init(serviceName: String? = nil) {
        self.serviceName = serviceName ?? "unknown_service:\(Process.executableName)"
    }
}

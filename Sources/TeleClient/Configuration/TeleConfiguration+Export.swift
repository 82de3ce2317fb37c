extension TeleConfiguration {
    /// Where one signal goes, where it differs from what holds for all of them.
    public struct Export: Sendable {
        /// False: the signal is taken in and nothing of it is sent (`OTEL_TRACES_EXPORTER=none`).
        public var isEnabled = true
        /// Spans and metrics as lines on standard error too, for development (`OTEL_TRACES_EXPORTER=console`). Log
        /// events have ``TeleConfiguration/console-swift.property``.
        public var isOnConsole = false
        /// The whole URL; nil is ``TeleConfiguration/endpoint`` with the signal's path.
        public var endpoint: String?
        /// Besides ``TeleConfiguration/headers``; the same name wins over those.
        public var headers: [String: String] = [:]
        public var timeout: Duration?
        public var compression: Compression?

        public init() {}
    }

    /// How OTLP is spoken.
    public enum WireProtocol: String, Sendable {
        /// Protobuf messages over HTTP/1.1, usually on port 4318.
        case httpProtobuf = "http/protobuf"
        /// The same messages over HTTP/2, usually on port 4317. The endpoint's path has no meaning, and ``logLevelPoll`` is
        /// not asked. Only where the package has its trait `GRPC`: `.package(url: ..., traits: ["GRPC"])`.
        case grpc
    }

    /// Certificates, each the path of a PEM file; nil is what the system trusts, and no client certificate.
    public struct TLS: Sendable, Equatable {
        /// Trusted instead of the system's certificate authorities.
        public var certificateAuthority: String?
        public var clientCertificate: String?
        public var clientKey: String?

        public init() {}
    }

    /// When a collector that does not answer is left alone.
    public struct Breaker: Sendable, Equatable {
        /// Requests that fail one after another before no more are tried for a while.
        public var failures = 5
        /// How long the collector is left alone the first time; doubled each time that the one try after it fails.
        public var pause = Duration.seconds(5)
        public var longestPause = Duration.seconds(60)

        public init() {}
    }

    /// A folder for batches that could not be sent. They are sent when the collector is back, and those that a crash or a
    /// stop of this process left behind on its next start.
    public struct Spill: Sendable, Equatable {
        /// Made where it is missing. Processes may share it: each takes a part of its own.
        public var directory: String
        /// Of all files of one process; a batch that finds no room is dropped and counted.
        public var bytes = 256 << 20

        public init(directory: String) { self.directory = directory }
    }

    func export(_ signal: Signal) -> Export {
        switch signal {
        case .traces: tracesExport
        case .metrics: metricsExport
        case .logs: logsExport
        }
    }

    func queue(_ signal: Signal) -> Queue {
        switch signal {
        case .traces: traces
        case .metrics: metrics
        case .logs: logs
        }
    }
}

/// The answer of `GET /api/tele/v1/status`: what one `teled` is doing. New members may come; none changes its meaning.
/// Sizes are bytes, times unix seconds, counts are since the process started.
package struct TeleStatus: Codable, Sendable, Equatable {
    /// ``TeleVersion/text`` of the server.
    package var version: String
    /// Unix seconds.
    package var started: Double
    package var uptimeSeconds: Double
    package var isReady: Bool
    /// Why it is not ready; nil when it is.
    package var notReadyReason: String?
    package var dataFolder: String
    /// `fsync` or `interval`.
    package var durability: String
    package var http: [String]
    package var grpc: [String]
    /// Always `logs`, `traces`, `metrics`, in this order.
    package var ingest: [Ingest]
    package var refused: [Refusals]
    package var queries: Queries
    package var memory: Memory
    /// Per signal what is stored; empty until the store is open.
    package var storage: [Storage]
    /// What an operator has to look at: set-aside segments, a full disk, keys that are not acted on.
    package var notices: [String]

    package struct Ingest: Codable, Sendable, Equatable {
        package var signal: String
        package var requests: Int
        /// Log records, spans or samples that were stored.
        package var records: Int
        /// Records of accepted requests that were rejected and counted in partial_success.
        package var rejected: Int
        /// Bytes of request bodies as they arrived.
        package var bytes: Int
    }

    /// Requests refused as a whole, by reason (`too_large`, `malformed`, `overloaded`, ...).
    package struct Refusals: Codable, Sendable, Equatable {
        package var reason: String
        package var requests: Int
    }

    package struct Queries: Codable, Sendable, Equatable {
        package var finished: Int
        package var inFlight: Int
        package var failed: Int
    }

    package struct Memory: Codable, Sendable, Equatable {
        /// Resident set of the process; 0 where the system does not tell.
        package var resident: Int
        /// The configured `memory`.
        package var limit: Int
        /// Bytes of ingest requests being worked on.
        package var requestsInFlight: Int
    }

    package struct Storage: Codable, Sendable, Equatable {
        package var signal: String
        /// Rows or samples in the head (not yet sealed).
        package var headRows: Int
        package var headBytes: Int
        package var segments: Int
        package var segmentRows: Int
        package var segmentBytes: Int
    }

    package init(version: String, started: Double, dataFolder: String, durability: String) {
        self.version = version
        self.started = started
        self.dataFolder = dataFolder
        self.durability = durability
        uptimeSeconds = 0
        isReady = false
        http = []
        grpc = []
        ingest = []
        refused = []
        queries = Queries(finished: 0, inFlight: 0, failed: 0)
        memory = Memory(resident: 0, limit: 0, requestsInFlight: 0)
        storage = []
        notices = []
    }
}

extension TeleStatus.Ingest {
    package init(signal: String) {
        self.init(signal: signal, requests: 0, records: 0, rejected: 0, bytes: 0)
    }
}

extension TeleStatus.Refusals {
    package init(_ reason: String, _ requests: Int) {
        self.init(reason: reason, requests: requests)
    }
}

extension TeleStatus.Storage {
    package init(signal: String) {
        self.init(signal: signal, headRows: 0, headBytes: 0, segments: 0, segmentRows: 0, segmentBytes: 0)
    }
}

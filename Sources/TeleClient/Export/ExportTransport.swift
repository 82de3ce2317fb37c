/// What one try to send a request came to.
enum ExportAnswer: Sendable, Equatable {
    case accepted(rejected: UInt64)
    /// It may work later.
    case retry(after: Duration?)
    /// Nobody listens, or the answer did not come; it may work later.
    case unreachable
    /// It will never work.
    case refused(status: UInt)
}

/// Sends a body to one signal's address; the tests put a script in its place.
protocol ExportTransport: Sendable {
    func send(_ body: [UInt8], of signal: Signal, timeout: Duration) async -> ExportAnswer
    /// The text that teled answers to a GET of a path of its own; nil where there is none.
    func fetch(_ path: String, timeout: Duration) async -> String?
    func close() async
}

extension ExportTransport {
    func fetch(_ path: String, timeout: Duration) async -> String? { nil }
}

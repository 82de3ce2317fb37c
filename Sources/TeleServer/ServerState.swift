internal import TeleDisk
internal import TeleEngine
internal import TeleModel
internal import TeleWire

/// What may change while the process runs: whether the store is open, and the configuration in force.
package final class ServerState: Sendable {
    package enum Phase: Sendable {
        /// Recovery is under way; why requests are not served yet.
        case opening(String)
        case open(OpenEngine)
        case closing
    }

    private let phaseBox: Guarded<Phase>
    private let configurationBox: Guarded<Configuration>

    package init(_ configuration: Configuration) {
        phaseBox = Guarded(.opening("the store is being opened"))
        configurationBox = Guarded(configuration)
    }

    package var phase: Phase {
        get { phaseBox.value }
        set { phaseBox.withLock { $0 = newValue } }
    }

    package var configuration: Configuration {
        get { configurationBox.value }
        set { configurationBox.withLock { $0 = newValue } }
    }

    /// nil when requests are served.
    package var notReadyReason: String? {
        switch phase {
        case .opening(let why): why
        case .closing: "the server is stopping"
        case .open: nil
        }
    }

    package var openEngine: OpenEngine? {
        if case .open(let engine) = phase { return engine }
        return nil
    }

    func engine() throws(IngestFailure) -> any StorageEngine {
        switch phase {
        case .open(let open): return open.engine
        case .opening(let why): throw IngestFailure(.notReady, why)
        case .closing: throw IngestFailure(.notReady, "the server is stopping")
        }
    }

    /// Records are taken from `now - retention` to `now + future`.
    func decodeOptions(_ signal: Signal) -> DecodeOptions {
        let configuration = configuration
        let retention =
            switch signal {
            case .logs: configuration.retention.logs
            case .traces: configuration.retention.traces
            case .metrics: configuration.retention.metrics
            }
        let now = WallClock.nanoseconds
        var options = DecodeOptions(now: now)
        options.oldest = ServerState.subtract(now, milliseconds: retention)
        options.newest = ServerState.add(now, milliseconds: configuration.future)
        return options
    }

    private static func nanoseconds(_ milliseconds: Int64) -> UInt64 {
        let (product, overflow) = UInt64(clamping: milliseconds).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : product
    }

    private static func subtract(_ time: UInt64, milliseconds: Int64) -> UInt64 {
        let (difference, isNegative) = time.subtractingReportingOverflow(nanoseconds(milliseconds))
        return isNegative ? 0 : difference
    }

    private static func add(_ time: UInt64, milliseconds: Int64) -> UInt64 {
        let (sum, overflow) = time.addingReportingOverflow(nanoseconds(milliseconds))
        return overflow ? .max : sum
    }
}

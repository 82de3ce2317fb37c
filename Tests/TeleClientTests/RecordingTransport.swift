@testable import TeleClient

/// Takes everything, at once, and keeps it.
final class RecordingTransport: ExportTransport {
    private let bodies = Locked<[Signal: [[UInt8]]]>([:])
    private let fetched = Locked<(answer: String?, paths: [String])>((nil, []))

    /// What a GET is answered, and what was asked for.
    var answer: String? {
        get { fetched.withLock { $0.answer } }
        set { fetched.withLock { $0.answer = newValue } }
    }
    var paths: [String] { fetched.withLock { $0.paths } }

    func fetch(_ path: String, timeout: Duration) async -> String? {
        fetched.withLock { fetched in
            fetched.paths.append(path)
            return fetched.answer
        }
    }

    func send(_ body: [UInt8], of signal: Signal, timeout: Duration) async -> ExportAnswer {
        bodies.withLock { $0[signal, default: []].append(body) }
        return .accepted(rejected: 0)
    }

    func close() async {}

    func records(_ signal: Signal) -> [(scope: String, record: ProtoTree)] {
        ProtoTree.records(bodies.withLock { $0[signal] ?? [] })
    }

    func body(_ signal: Signal) -> [UInt8]? { bodies.withLock { $0[signal]?.first } }

    func resource(_ signal: Signal) -> [String: String] {
        let body = bodies.withLock { $0[signal]?.first } ?? []
        return ProtoTree(body).message(1)?.message(1)?.attributes(1) ?? [:]
    }
}

extension TeleConfiguration {
    /// Quiet and quick.
    static func testing(_ change: (inout TeleConfiguration) -> Void = { _ in }) -> TeleConfiguration {
        var configuration = TeleConfiguration(serviceName: "test")
        configuration.console = .off
        configuration.processMetrics = false
        configuration.crashReports = false
        configuration.traces.delay = .milliseconds(20)
        configuration.logs.delay = .milliseconds(20)
        configuration.metrics.delay = .milliseconds(20)
        configuration.metricInterval = .seconds(3_600)
        configuration.retry.first = .milliseconds(20)
        change(&configuration)
        return configuration
    }
}

/// An instance with a transport that keeps what is sent.
func recordingTele(
    _ change: (inout TeleConfiguration) -> Void = { _ in }, clock: ClientClock = .continuous
) -> (Tele, RecordingTransport) {
    let transport = RecordingTransport()
    let tele = Tele(.testing(change), transport: transport, clock: clock)
    tele.start()
    return (tele, transport)
}

import Synchronization

@testable import TeleClient

/// Takes everything, at once, and keeps it.
final class RecordingTransport: ExportTransport {
    private let bodies = Mutex<[Signal: [[UInt8]]]>([:])

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
func recordingTele(_ change: (inout TeleConfiguration) -> Void = { _ in }) -> (Tele, RecordingTransport) {
    let transport = RecordingTransport()
    let tele = Tele(.testing(change), transport: transport)
    tele.start()
    return (tele, transport)
}

package import TeleAlert
internal import TeleDisk

/// Everyone who hears of the rules' alerts.
package final class AlertSinks: AlertSink {
    private let sinks = Guarded([any AlertSink]())

    package init() {}

    package func add(_ sink: any AlertSink) { sinks.withLock { $0.append(sink) } }

    package func send(_ alerts: [Alert]) async {
        for sink in sinks.value { await sink.send(alerts) }
    }
}

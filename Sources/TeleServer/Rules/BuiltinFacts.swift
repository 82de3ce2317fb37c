internal import TeleDisk

/// What the built-in rules look at: who sent when, what was refused, how full the disk is, who takes what is pushed.
final class BuiltinFacts: Sendable {
    let services = ServiceWatch()
    let refusals = RefusalWatch()
    /// Of the data folder's disk; nil where it could not be asked.
    let disk = Guarded<DiskSpace?>(nil)
    let metrics: ServerMetrics
    let state: ServerState

    init(metrics: ServerMetrics, state: ServerState) {
        self.metrics = metrics
        self.state = state
    }

    /// What was refused since the start: by reason, and records of requests that were taken otherwise by signal.
    ///
    /// Not what is no telemetry that got lost: a server that starts is asked again, an unknown gRPC method is a probe.
    var refused: [RefusalWatch.Kind: Int] {
        var out: [RefusalWatch.Kind: Int] = [:]
        for (reason, count) in metrics.refusalCounts where reason != .notReady && reason != .unknownMethod {
            out[.init(reason: reason.rawValue, signal: "")] = count
        }
        for signal in Signal.allCases {
            out[.init(reason: "records", signal: "\(signal)")] = metrics.ingest(signal).rejected.value
        }
        return out
    }
}

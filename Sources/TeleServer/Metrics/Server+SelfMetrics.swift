internal import Logging
internal import TeleEngine
internal import TeleModel

/// The server's own metrics as samples of its store: by the same door as everybody's.
extension Server {
    /// How often a switch that is off is looked at: `self_metrics` follows a reload.
    private static let idle = Duration.seconds(5)

    /// Stores a round every `self_metrics`, until the task is cancelled.
    func keepSelfMetrics() async {
        var next = ContinuousClock.now
        while !Task.isCancelled {
            let interval = state.configuration.selfMetrics
            let isOn = interval > 0 && state.openEngine != nil
            if isOn { await storeSelfMetrics() }
            // Steps of a fixed grid, so that rates do not wander; after a stall, none is made up for.
            let step: Duration = isOn ? .milliseconds(interval) : min(Server.idle, .milliseconds(max(interval, 200)))
            next = max(next + step, .now + .milliseconds(1))
            guard (try? await Task.sleep(until: next, clock: .continuous)) != nil else { return }
        }
    }

    private func storeSelfMetrics() async {
        guard let engine = state.openEngine?.engine else { return }
        let address = bound.value.http.first ?? state.configuration.http.first
        let batch = ownMetrics.batch(
            time: WallClock.milliseconds, job: "teled", instance: address?.description ?? "")
        do { try await engine.append(batch) } catch {
            metrics.selfMetricsFailures.add()
            logger.debug("the server's own metrics were not stored", metadata: ["error": "\(error)"])
        }
    }
}

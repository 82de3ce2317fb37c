internal import Synchronization
internal import TeleEngine
internal import TeleModel

extension RunningGroup {
    /// Whether a group of the same name has taken over; set by whoever retires it.
    var isReplaced: Bool { state.withLock { $0.isReplaced } }

    /// Ends what rules that are there no more had written and alerted.
    func endOrphans(at time: Int64, _ context: RuleContext) async {
        let (series, alerts) = state.withLock { state in
            let out = (state.orphans, state.orphanAlerts)
            (state.orphans, state.orphanAlerts) = ([], [])
            return out
        }
        var writer = SampleWriter()
        for labels in series {
            writer.add(
                labels, name: "", time: time.subtractingSaturated(queryOffset), value: SampleBatch.staleMarker)
        }
        if !writer.isEmpty { try? await context.engine.append(writer.batch) }
        let resolved = alerts.map { alert in
            var alert = alert
            alert.resolvedAt = time
            return alert.alert(validUntil: time, generatorURL: "")
        }
        if !resolved.isEmpty { await context.sink.send(resolved) }
    }

    /// The whole group is gone.
    func end(at time: Int64, _ context: RuleContext) async {
        state.withLock { $0.orphanAll() }
        await endOrphans(at: time, context)
    }
}

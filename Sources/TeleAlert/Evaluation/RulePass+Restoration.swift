internal import TeleEngine
internal import TeleModel

extension RulePass {
    /// Where the rule's alerts stood before a restart.
    func restored(beside found: [AlertTracker.Found]) throws(RuleQueryError) -> Restored {
        if found.isEmpty, rule.keepFiringFor <= 0 { return Restored() }
        var out = Restored()
        try last(of: AlertSeries.since) { labels, time, seconds in
            // Whoever may write samples may write these: a time that can be, or none.
            guard seconds >= 0, seconds * 1000 <= Double(time) else { return }
            out.alerts[labels] = RestoredAlert(
                activeAt: Int64(seconds) * 1000, downAt: time, time: dataTime, holdFor: rule.holdFor,
                gracePeriod: options.gracePeriod)
        }
        if rule.keepFiringFor > 0 { out.kept = try kept(out.alerts, beside: Set(found.map(\.labels))) }
        return out
    }

    /// Alerts that fired when the server went down and whose `keep_firing_for` is not over. When their condition last
    /// held is not stored: the last sample stands for it.
    private func kept(
        _ since: [LabelSet: RestoredAlert], beside found: Set<LabelSet>
    ) throws(RuleQueryError) -> [ActiveAlert] {
        var out: [ActiveAlert] = []
        try last(of: AlertSeries.state) { all, downAt, value in
            guard value == 1, all["alertstate"] == AlertState.firing.rawValue else { return }
            let labels = LabelSet(all.pairs.filter { $0.name != "alertstate" })
            // Of another rule of this name.
            let isOther = rule.labels.contains { $0.template == nil && labels[$0.name] != $0.source }
            guard !isOther, !found.contains(labels), dataTime - downAt < rule.keepFiringFor else { return }
            let expander = RuleExpander(pass: self, labels: labels, value: .nan)
            let annotations = rule.annotations.map { (name: $0.name, value: expander.expanded($0)) }
            let activeAt = since[labels]?.activeAt ?? downAt
            var alert = ActiveAlert(
                labels: labels, annotations: LabelSet(annotations), value: .nan, activeAt: activeAt)
            alert.state = .firing
            alert.firedAt = min(time, activeAt.addingSaturated(rule.holdFor))
            alert.keepFiringSince = downAt.addingSaturated(time.subtractingSaturated(dataTime))
            out.append(alert)
        }
        return out
    }

    /// Labels without the name, time and value of the last sample of each of the rule's series before this evaluation.
    private func last(
        of name: String, _ body: (_ labels: LabelSet, _ time: Int64, _ value: Double) -> Void
    ) throws(RuleQueryError) {
        guard let name = try? Matcher(name: "__name__", .equal, name),
            let owner = try? Matcher(name: "alertname", .equal, rule.name)
        else { return }
        let from = dataTime.subtractingSaturated(options.outageTolerance)
        let selection = SeriesSelection(matchers: [name, owner], time: from...dataTime)
        let data: SeriesData
        do throws(EngineError) { data = try snapshot.select(selection, budget: budget) } catch {
            throw RuleQueryError(error)
        }
        for series in 0..<data.count {
            let last = data.offsets[series + 1] - 1
            guard last >= data.offsets[series], data.times[last] < dataTime else { continue }
            body(
                LabelSet(data.labels[series].pairs.filter { $0.name != "__name__" }), data.times[last],
                data.values[last])
        }
    }
}

internal import Synchronization
internal import TeleEngine
internal import TeleModel

extension RunningGroup {
    /// Evaluates all rules in order, stores what they write and hands on their alerts. False where the threads are gone
    /// or the group is retired.
    @discardableResult
    package func evaluate(at time: Int64, _ context: RuleContext) async -> Bool {
        let slow: Bool? = state.withLock { state in
            guard !state.isRetired, !state.isEvaluating else { return nil }
            state.isEvaluating = true
            return state.isSlow
        }
        guard var isSlow = slow else { return false }
        let start = ContinuousClock.now
        var needed = false
        var at = 0
        var isAlive = true
        while at < group.rules.count, isAlive {
            let (from, lane): (Int, RuleLane) = (at, isSlow ? .slow : .fast)
            guard let part = try? await context.threads.run(lane, { self.part(from: from, at: time, lane, context) })
            else {
                isAlive = false
                break
            }
            at = part.next
            needed = needed || part.wasSlow
            if part.needsSlowLane { (isSlow, needed) = (true, true) }
            await store(part.written, part.rules, context)
        }
        if isAlive {
            await endOrphans(at: time, context)
            await send(at: time, context)
        }
        let duration = (ContinuousClock.now - start) / .seconds(1)
        state.withLock { state in
            state.isEvaluating = false
            state.isSlow = needed
            state.lastEvaluation = time
            state.duration = duration
        }
        metrics.evaluated(seconds: duration)
        return isAlive
    }

    /// What one stay on a thread came to.
    private struct Part: Sendable {
        var next: Int
        var rules: Range<Int>
        var written: SampleBatch
        var needsSlowLane = false
        var wasSlow = false
    }

    /// Evaluates rules from `first` on until one needs what those before it wrote, or the other lane.
    private func part(from first: Int, at time: Int64, _ lane: RuleLane, _ context: RuleContext) -> Part {
        var writer = SampleWriter()
        var wasSlow = false
        var at = first
        while at < group.rules.count {
            let rule = group.rules[at]
            if !writer.isEmpty, rule.query.readNames.map({ !$0.isDisjoint(with: writer.names) }) ?? true { break }
            let start = ContinuousClock.now
            guard evaluate(at, at: time, lane, context, &writer) else {
                return Part(next: at, rules: first..<at, written: writer.batch, needsSlowLane: true)
            }
            let duration = ContinuousClock.now - start
            wasSlow = wasSlow || duration > .milliseconds(RuleLane.fastTimeout)
            state.withLock { $0.rules[at].duration = duration / .seconds(1) }
            at += 1
        }
        return Part(next: at, rules: first..<at, written: writer.batch, wasSlow: wasSlow)
    }

    /// False where the rule has to be evaluated in the slow lane; then nothing has changed.
    private func evaluate(
        _ index: Int, at time: Int64, _ lane: RuleLane, _ context: RuleContext, _ writer: inout SampleWriter
    ) -> Bool {
        let rule = group.rules[index]
        let timeout =
            lane == .fast ? RuleLane.fastTimeout : min(options.timeout, max(interval, 10_000))
        let pass = RulePass(
            rule: rule, group: group, options: options, time: time, dataTime: time.subtractingSaturated(queryOffset),
            snapshot: context.engine.snapshot(), budget: context.makeBudget(timeout))
        do throws(RuleQueryError) {
            let isRestored = state.withLock { $0.isRestored[index] }
            let outcome = try pass.run(restores: rule.kind == .alert && rule.query.readsStore && !isRestored)
            try take(outcome, of: index, pass, &writer)
            metrics.succeeded()
        } catch {
            if error.isOutOfTime, lane == .fast { return false }
            metrics.failed()
            let isNew = state.withLock { state in
                let isNew = state.rules[index].health != .err
                state.rules[index].health = .err
                state.rules[index].lastError = error.message
                state.rules[index].lastEvaluation = time
                return isNew
            }
            if isNew { context.log(RuleEvent(group: group.key, rule: rule.name, message: error.message)) }
        }
        return true
    }

    /// Moves the rule's state on and writes its series; nothing of either where it throws.
    private func take(
        _ outcome: RulePass.Outcome, of index: Int, _ pass: RulePass, _ writer: inout SampleWriter
    ) throws(RuleQueryError) {
        let rule = group.rules[index]
        var written: Set<LabelSet> = []
        let previous: Set<LabelSet>
        switch outcome {
        case .series(let samples):
            for sample in samples {
                written.insert(sample.labels)
                if let histogram = sample.histogram {
                    writer.add(sample.labels, name: rule.name, time: pass.dataTime, histogram: histogram)
                } else {
                    writer.add(sample.labels, name: rule.name, time: pass.dataTime, value: sample.value)
                }
            }
            previous = state.withLock { $0.written[index] }
        case .alerts(let found, let restored):
            let limit = pass.limit
            var excess: Int?
            var current: [ActiveAlert] = []
            previous = state.withLock { state in
                excess = state.rules[index].tracker.update(
                    found, at: pass.time, holdFor: rule.holdFor, keepFiringFor: rule.keepFiringFor, limit: limit,
                    restored: restored)
                if excess == nil { state.isRestored[index] = true }
                current = state.rules[index].tracker.current
                return state.written[index]
            }
            if let excess { throw RuleQueryError("exceeded limit of \(limit) with \(excess) alerts") }
            for alert in current where rule.query.readsStore {
                let (state, since) = AlertSeries.labels(of: alert)
                written.insert(state)
                written.insert(since)
                writer.add(state, name: AlertSeries.state, time: pass.dataTime, value: 1)
                let seconds = Double(alert.activeAt.subtractingSaturated(queryOffset) / 1000)
                writer.add(since, name: AlertSeries.since, time: pass.dataTime, value: seconds)
            }
        }
        for gone in previous where !written.contains(gone) {
            writer.add(gone, name: gone["__name__"] ?? "", time: pass.dataTime, value: SampleBatch.staleMarker)
        }
        state.withLock { state in
            state.written[index] = written
            state.rules[index].health = .ok
            state.rules[index].lastError = ""
            state.rules[index].lastEvaluation = pass.time
        }
    }

    private func store(_ batch: SampleBatch, _ rules: Range<Int>, _ context: RuleContext) async {
        if batch.count == 0 { return }
        do throws(EngineError) { try await context.engine.append(batch) } catch {
            metrics.failed()
            let message = "what the rules wrote was not stored: \(RuleQueryError(error).message)"
            state.withLock { state in
                for index in rules where state.rules[index].health != .err {
                    state.rules[index].health = .err
                    state.rules[index].lastError = message
                }
            }
            context.log(RuleEvent(group: group.key, rule: nil, message: message))
        }
    }

    private func send(at time: Int64, _ context: RuleContext) async {
        for (index, rule) in group.rules.enumerated() where rule.kind == .alert {
            if options.hasLinks, rule.query.readsStore { await link(index, rule, context) }
            let due = state.withLock {
                $0.rules[index].tracker.takeDue(
                    at: time, resendDelay: options.resendDelay, interval: interval,
                    generatorURL: { GeneratorURL.text(rule, $0, base: options.externalURL) })
            }
            if !due.isEmpty { await context.sink.send(due) }
        }
    }

    /// Makes the links of the alerts that just began to fire. What takes longer than it may has none: an alert in time
    /// is worth more than its links.
    private func link(_ index: Int, _ rule: Rule, _ context: RuleContext) async {
        let fresh = state.withLock { $0.rules[index].tracker.unlinked }
        guard !fresh.isEmpty else { return }
        let links = try? await context.threads.run(.fast) { [options] in
            AlertLinks(
                rule: rule, base: options.externalURL, snapshot: context.engine.snapshot(),
                budget: context.makeBudget(RuleLane.fastTimeout)
            ).annotations(of: fresh)
        }
        if let links { state.withLock { $0.rules[index].tracker.link(links) } }
    }
}

extension ExportPipeline {
    private enum Outcome {
        case sent(rejected: UInt64)
        case lost(TeleStatistics.DropReason)
        case spilled
        /// The books belong to somebody else now.
        case leftAlone
    }

    func work(_ bell: AsyncStream<Void>) async {
        if let spill {
            await spill.open()
            let found = spill.totals(signal).records
            finish { $0.recover(found) }
            // What an earlier process left goes at once: this one may not live until the first tick.
            if found > 0 { state.withLock { _ = $0.bell?.yield() } }
        }
        for await _ in bell {
            while !Task.isCancelled {
                let hasMoreFiles = await sendFile()
                let batch: [ExportItem] = state.withLock { state in
                    if state.queue.isClosed || Task.isCancelled { return [] }
                    state.out = state.queue.take()
                    return state.out
                }
                if batch.isEmpty {
                    if hasMoreFiles { continue }
                    break
                }
                let body = envelope.body(batch)
                let records = batch.reduce(0) { $0 &+ UInt64($1.records) }
                let outcome = await deliver(body, records)
                if Task.isCancelled, hasSpill { return }
                finish { queue in
                    switch outcome {
                    case .sent(let rejected): queue.settle(rejected: rejected)
                    case .lost(let reason): queue.abandon(reason)
                    case .spilled: queue.spill()
                    case .leftAlone: break
                    }
                }
                // A batch that is not full can wait for the next tick, unless somebody waits for it.
                let goOn = state.withLock { state in
                    !state.waiters.isEmpty || state.deadline != nil
                        || state.queue.statistics.waiting >= UInt64(limits.batchRecords)
                }
                if !goOn && !hasMoreFiles { break }
            }
        }
    }

    private func deliver(_ body: [UInt8], _ records: UInt64) async -> Outcome {
        var retry = RetryState(self.retry)
        var isInHaste = false
        while !Task.isCancelled {
            if !isInHaste, let pause = pause() {
                if await put(body, records) { return .spilled }
                if Task.isCancelled { return .leftAlone }
                isInHaste = await wait(pause)
                continue
            }
            if isInHaste { state.withLock { $0.circuit.force() } }
            isInHaste = false
            var retryAfter: Duration?
            switch await send(body) {
            case .accepted(let rejected): return .sent(rejected: rejected)
            case .refused: return .lost(.refused)
            case .retry(let after): retryAfter = after
            // At the end of the host's life nobody will come to listen; do not keep it waiting.
            case .unreachable: if isShuttingDown, !hasSpill { return .lost(.shutdown) }
            }
            if Task.isCancelled { break }
            postpone(retryAfter)
            if await put(body, records) { return .spilled }
            state.withLock { $0.queue.retried() }
            if isShuttingDown {
                // There is no time for politeness, but a collector that says no is not asked without a pause.
                try? await clock.sleep(for: .milliseconds(100))
                isInHaste = true
                continue
            }
            let atLeast = state.withLock { $0.circuit.remaining(clock.now()) }
            guard let delay = retry.delay(retryAfter: retryAfter, atLeast: atLeast, random: .random(in: 0...1)) else {
                return .lost(.retriesExhausted)
            }
            isInHaste = await wait(delay)
        }
        return hasSpill ? .leftAlone : .lost(.shutdown)
    }

    /// Sends the oldest file, if there is one and it is time.
    /// - Returns: true when there are more and the collector takes them.
    private func sendFile() async -> Bool {
        guard let spill, !isShuttingDown, let file = spill.first(signal), pause() == nil else { return false }
        guard let body = await spill.load(file) else {
            await spill.remove(file, of: signal)
            finish { $0.abandonSpilled(file.records, .unreadable) }
            // A half-open breaker has let a call through that was not made.
            let now = clock.now()
            state.withLock { $0.circuit.gaveUp(now) }
            return spill.first(signal) != nil
        }
        let answer = await send(body)
        if Task.isCancelled { return false }
        switch answer {
        case .accepted(let rejected): finish { $0.settleSpilled(file.records, rejected: rejected) }
        case .refused: finish { $0.abandonSpilled(file.records, .refused) }
        case .retry(let after):
            postpone(after)
            return false
        case .unreachable:
            postpone(nil)
            return false
        }
        await spill.remove(file, of: signal)
        return spill.first(signal) != nil
    }

    private func send(_ body: [UInt8]) async -> ExportAnswer {
        let deadline = state.withLock { $0.deadline }
        let remaining = deadline.map { $0 - clock.now() } ?? timeout
        let answer = await transport.send(body, of: signal, timeout: min(timeout, remaining))
        let (now, random) = (clock.now(), Double.random(in: 0...1))
        state.withLock { state in
            switch answer {
            case .accepted, .refused:
                state.circuit.succeeded()
                state.pace = state.pace.anew
                state.notBefore = nil
            // It lives; how often it is asked is a matter of the retries.
            case .retry: state.circuit.answered()
            case .unreachable: state.circuit.failed(now, random: random)
            }
        }
        return answer
    }

    /// How long nothing must be sent, by the breaker or, with files, by the pace of their repetition.
    private func pause() -> Duration? {
        let now = clock.now()
        return state.withLock { state in
            if let notBefore = state.notBefore, notBefore > now, state.deadline == nil { return notBefore - now }
            return state.circuit.admit(now)
        }
    }

    private func postpone(_ retryAfter: Duration?) {
        guard hasSpill else { return }
        let (now, random) = (clock.now(), Double.random(in: 0...1))
        state.withLock { state in
            state.notBefore = state.pace.delay(retryAfter: retryAfter, random: random).map { now + $0 }
        }
    }

    /// Into a file, where there is a folder for it with room.
    private func put(_ body: [UInt8], _ records: UInt64) async -> Bool {
        guard let spill, !Task.isCancelled else { return false }
        return await spill.store(body, records: records, of: signal)
    }

    /// Sleeps, but no longer than until a flush or a shutdown asks for haste.
    /// - Returns: true when it was cut short.
    private func wait(_ delay: Duration) async -> Bool {
        let nap = Task.detached { [clock] in _ = try? await clock.sleep(for: delay) }
        state.withLock { state in
            state.nap = nap
            if state.deadline != nil { nap.cancel() }
        }
        await withTaskCancellationHandler {
            await nap.value
        } onCancel: {
            nap.cancel()
        }
        state.withLock { $0.nap = nil }
        return nap.isCancelled
    }

    private var isShuttingDown: Bool { state.withLock { $0.deadline != nil } }
}

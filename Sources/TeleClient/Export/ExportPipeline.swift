/// One signal's road out: a queue that any thread may fill, and one task that empties it a batch at a time.
///
/// The host's threads only ever take the lock for an append. The task sleeps until the delay has passed or a whole
/// batch waits; it repeats a failed batch by ``RetryState`` while the queue goes on filling.
final class ExportPipeline: Sendable {
    let signal: Signal
    private let envelope: ExportEnvelope
    private let transport: any ExportTransport
    private let configuration: TeleConfiguration
    private let limits: TeleConfiguration.Queue
    private let state: Locked<State>

    private struct State: Sendable {
        var queue: ExportQueue
        var bell: AsyncStream<Void>.Continuation?
        var worker: Task<Void, Never>?
        var ticker: Task<Void, Never>?
        /// The wait before a repetition, so that a flush can cut it short.
        var nap: Task<Void, Never>?
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
        /// Set when a shutdown has begun: tries end by then.
        var deadline: ContinuousClock.Instant?
    }

    private struct Waiter: Sendable {
        var until: UInt64
        var continuation: CheckedContinuation<Bool, Never>
        var timer: Task<Void, Never>?
    }

    init(
        _ signal: Signal, limits: TeleConfiguration.Queue, configuration: TeleConfiguration, envelope: ExportEnvelope,
        transport: any ExportTransport
    ) {
        // A batch of none or a delay of nothing would send nothing, or spin.
        var limits = limits
        limits.batchRecords = max(1, limits.batchRecords)
        limits.delay = max(.milliseconds(1), limits.delay)
        self.signal = signal
        self.limits = limits
        self.configuration = configuration
        self.envelope = envelope
        self.transport = transport
        state = Locked(State(queue: ExportQueue(limits: limits)))
    }

    var statistics: TeleStatistics { state.withLock { $0.queue.statistics } }

    func offer(_ item: ExportItem) {
        state.withLock { state in
            if state.queue.offer(item) { state.bell?.yield() }
        }
    }

    func start() {
        state.withLock { state in
            guard state.worker == nil, !state.queue.isClosed else { return }
            let (stream, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            state.bell = bell
            // Both hold the pipeline until the shutdown: telemetry outlives the handle that was bootstrapped.
            state.worker = Task.detached { await self.work(stream) }
            let delay = limits.delay
            state.ticker = Task.detached {
                while (try? await Task.sleep(for: delay)) != nil { bell.yield() }
            }
        }
    }

    /// Waits until everything that was accepted before the call is settled.
    /// - Returns: false when the deadline came first.
    func flush(deadline: ContinuousClock.Instant) async -> Bool {
        await withCheckedContinuation { continuation in
            let done: Bool = state.withLock { state in
                let until = state.queue.accepted
                if state.queue.settled >= until { return true }
                let id = state.nextWaiter
                state.nextWaiter += 1
                let timer = Task.detached {
                    guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
                    self.release(id)
                }
                state.waiters[id] = Waiter(until: until, continuation: continuation, timer: timer)
                state.nap?.cancel()
                state.bell?.yield()
                return false
            }
            if done { continuation.resume(returning: true) }
        }
    }

    /// Sends what waits until the deadline; what is left then is dropped and counted.
    /// - Returns: false when something was left.
    func shutdown(deadline: ContinuousClock.Instant) async -> Bool {
        let hasWorker = state.withLock { state in
            state.deadline = state.deadline.map { min($0, deadline) } ?? deadline
            return state.worker != nil
        }
        if hasWorker { _ = await flush(deadline: deadline) }
        let (worker, ticker, bell, waiters, isComplete) = state.withLock { state in
            defer {
                state.waiters = [:]
                state.bell = nil
            }
            state.queue.closeForGood()
            let isComplete = state.queue.statistics.drops[.shutdown] == nil
            return (state.worker, state.ticker, state.bell, state.waiters, isComplete)
        }
        ticker?.cancel()
        worker?.cancel()
        bell?.finish()
        for waiter in waiters.values {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: false)
        }
        return isComplete
    }

    private func release(_ id: Int) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.continuation.resume(returning: false)
    }

    private func work(_ bell: AsyncStream<Void>) async {
        for await _ in bell {
            while !Task.isCancelled {
                let batch = state.withLock { state in state.queue.isClosed ? [] : state.queue.take() }
                if batch.isEmpty { break }
                let outcome = await deliver(envelope.body(batch))
                settle(outcome)
                // A batch that is not full can wait for the next tick, unless somebody waits for it.
                let goOn = state.withLock { state in
                    !state.waiters.isEmpty || state.deadline != nil
                        || state.queue.statistics.waiting >= UInt64(limits.batchRecords)
                }
                if !goOn { break }
            }
        }
    }

    private enum Outcome {
        case sent(rejected: UInt64)
        case lost(TeleStatistics.DropReason)
    }

    private func settle(_ outcome: Outcome) {
        let released: [Waiter] = state.withLock { state in
            // A shutdown that ran out of time has closed the books already.
            guard !state.queue.isClosed else { return [] }
            switch outcome {
            case .sent(let rejected): state.queue.settle(rejected: rejected)
            case .lost(let reason): state.queue.abandon(reason)
            }
            let ready = state.waiters.filter { $0.value.until <= state.queue.settled }
            for id in ready.keys { state.waiters[id] = nil }
            return Array(ready.values)
        }
        for waiter in released {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: true)
        }
    }

    private func deliver(_ body: [UInt8]) async -> Outcome {
        var retry = RetryState(configuration.retry)
        while !Task.isCancelled {
            let deadline = state.withLock { $0.deadline }
            let remaining = deadline.map { $0 - .now } ?? configuration.timeout
            let answer = await transport.send(body, of: signal, timeout: min(configuration.timeout, remaining))
            var retryAfter: Duration?
            switch answer {
            case .accepted(let rejected): return .sent(rejected: rejected)
            case .refused: return .lost(.refused)
            case .retry(let after): retryAfter = after
            // At the end of the host's life nobody will come to listen; do not keep it waiting.
            case .unreachable: if isShuttingDown { return .lost(.shutdown) }
            }
            if isShuttingDown {
                // There is no time for politeness, but a collector that says no is not asked without a pause.
                try? await Task.sleep(for: .milliseconds(100))
            } else if let delay = retry.delay(retryAfter: retryAfter, random: .random(in: 0...1)) {
                await wait(delay)
            } else {
                return .lost(.retriesExhausted)
            }
        }
        return .lost(.shutdown)
    }

    /// Sleeps, but no longer than until a flush or a shutdown asks for haste.
    private func wait(_ delay: Duration) async {
        let nap = Task.detached { _ = try? await Task.sleep(for: delay) }
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
    }

    private var isShuttingDown: Bool { state.withLock { $0.deadline != nil } }
}

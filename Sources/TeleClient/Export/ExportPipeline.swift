/// One signal's road out: a queue that any thread may fill, and one task that empties it a batch at a time.
///
/// The host's threads only ever take the lock for an append. The task sleeps until the delay has passed or a whole
/// batch waits; it repeats a failed batch by ``RetryState``, or puts it into a file, while the queue goes on filling.
final class ExportPipeline: Sendable {
    let signal: Signal
    let envelope: ExportEnvelope
    let transport: any ExportTransport
    let retry: TeleConfiguration.Retry
    let timeout: Duration
    let limits: TeleConfiguration.Queue
    let spill: SpillFolder?
    let clock: ClientClock
    let state: Locked<State>

    struct State: Sendable {
        var queue: ExportQueue
        var circuit: CircuitState
        /// Files, and what has to go into one, wait until then.
        var notBefore: ContinuousClock.Instant?
        var pace: RetryState
        var bell: AsyncStream<Void>.Continuation?
        var worker: Task<Void, Never>?
        var ticker: Task<Void, Never>?
        /// The wait before a repetition, so that a flush can cut it short.
        var nap: Task<Void, Never>?
        /// The batch that is out, for a shutdown that puts it into a file.
        var out: [ExportItem] = []
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
        /// Set when a shutdown has begun: tries end by then.
        var deadline: ContinuousClock.Instant?
    }

    struct Waiter: Sendable {
        var until: UInt64
        var continuation: CheckedContinuation<Bool, Never>
        var timer: Task<Void, Never>?
    }

    init(
        _ signal: Signal, limits: TeleConfiguration.Queue, export: TeleConfiguration.Export,
        configuration: TeleConfiguration, envelope: ExportEnvelope, transport: any ExportTransport,
        spill: SpillFolder?, clock: ClientClock
    ) {
        // A batch of none or a delay of nothing would send nothing, or spin.
        var limits = limits
        limits.batchRecords = max(1, limits.batchRecords)
        limits.delay = max(.milliseconds(1), limits.delay)
        self.signal = signal
        self.limits = limits
        self.envelope = envelope
        self.transport = transport
        self.spill = spill
        self.clock = clock
        retry = configuration.retry
        timeout = export.timeout ?? configuration.timeout
        var patient = configuration.retry
        patient.giveUpAfter = .seconds(Int64.max / 4)
        state = Locked(
            State(
                queue: ExportQueue(limits: limits), circuit: CircuitState(configuration.breaker),
                pace: RetryState(patient)))
    }

    var hasSpill: Bool { spill != nil }
    var breakerCounts: BreakerCounts { state.withLock { $0.circuit.counts } }

    var statistics: TeleStatistics {
        var statistics = state.withLock { $0.queue.statistics }
        if let spill { statistics.spilledBytes = spill.totals(signal).bytes }
        return statistics
    }

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
            state.ticker = Task.detached { [clock] in
                while (try? await clock.sleep(for: delay)) != nil { bell.yield() }
            }
        }
    }

    /// Waits until everything that was accepted before the call is settled: sent, dropped, or safe in a file.
    /// - Returns: false when the deadline came first.
    func flush(deadline: ContinuousClock.Instant) async -> Bool {
        await withCheckedContinuation { continuation in
            let done: Bool = state.withLock { state in
                let until = state.queue.accepted
                if state.queue.settled >= until { return true }
                let id = state.nextWaiter
                state.nextWaiter += 1
                let timer = Task.detached { [clock] in
                    guard (try? await clock.sleep(deadline)) != nil else { return }
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

    /// Sends what waits until the deadline; what is left then goes into a file, or is dropped and counted.
    /// - Returns: false when something was dropped.
    func shutdown(deadline: ContinuousClock.Instant) async -> Bool {
        let hasWorker = state.withLock { state in
            state.deadline = state.deadline.map { min($0, deadline) } ?? deadline
            return state.worker != nil
        }
        if hasWorker { _ = await flush(deadline: deadline) }
        await spillRest()
        let (worker, ticker, bell, waiters, isComplete) = state.withLock { state in
            defer {
                state.waiters = [:]
                state.bell = nil
                state.out = []
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

    /// Puts the batch that is out and all that wait into files. The worker is told first to leave the books alone; a
    /// batch that the collector took at this very moment arrives twice.
    private func spillRest() async {
        guard let spill else { return }
        await spill.open()
        state.withLock { state in
            state.worker?.cancel()
            state.worker = nil
        }
        var items = state.withLock { state in
            defer { state.out = [] }
            return state.queue.hasBatchOut ? state.out : state.queue.take()
        }
        while !items.isEmpty {
            let records = items.reduce(0) { $0 &+ UInt64($1.records) }
            guard await spill.store(envelope.body(items), records: records, of: signal) else { return }
            finish { $0.spill() }
            items = state.withLock { $0.queue.hasBatchOut ? [] : $0.queue.take() }
        }
    }

    /// Writes the end of a batch into the books and wakes who waited for it.
    func finish(_ change: (inout ExportQueue) -> Void) {
        let released: [Waiter] = state.withLock { state in
            // A shutdown that ran out of time has closed the books already.
            guard !state.queue.isClosed else { return [] }
            change(&state.queue)
            if !state.queue.hasBatchOut { state.out = [] }
            let ready = state.waiters.filter { $0.value.until <= state.queue.settled }
            for id in ready.keys { state.waiters[id] = nil }
            return Array(ready.values)
        }
        for waiter in released {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: true)
        }
    }

    private func release(_ id: Int) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.continuation.resume(returning: false)
    }
}

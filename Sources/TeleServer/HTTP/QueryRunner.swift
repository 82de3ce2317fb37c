internal import HTTPTypes
internal import NIOPosix
internal import Synchronization
internal import TeleDisk
internal import TeleEngine
internal import TeleModel

/// Runs queries on threads of their own, a fixed number at a time; a bounded number waits, more are refused.
package final class QueryRunner: Sendable {
    private let pool: NIOThreadPool
    private let metrics: ServerMetrics
    private let state: ServerState
    /// Running and waiting.
    private let entered = Atomic<Int>(0)
    private let most: Int
    private let logLevels = LogLevelRules()
    private let facts: @Sendable () -> ServerFacts
    /// What all of them together may hold.
    let memory: MemoryPool

    /// Waiting queries for each running one.
    private static let waiting = 8

    init(
        concurrency: Int, state: ServerState, metrics: ServerMetrics,
        facts: @escaping @Sendable () -> ServerFacts = { ServerFacts() }
    ) {
        self.facts = facts
        pool = NIOThreadPool(numberOfThreads: concurrency)
        most = concurrency.multipliedReportingOverflow(by: 1 + QueryRunner.waiting).0
        memory = MemoryPool(capacity: state.configuration.queryBytes)
        self.state = state
        self.metrics = metrics
        pool.start()
    }

    package var inFlight: Int { entered.load(ordering: .relaxed) }

    func stop() async { try? await pool.shutdownGracefully() }

    /// `run.cancel()` from another thread ends the query at its next charge.
    func answer(_ route: APIRoute, _ request: APIRequest, _ run: QueryRun) async -> APIResponse {
        let open: OpenEngine
        switch state.phase {
        case .open(let engine): open = engine
        default: return APIResponse.unavailable(state.notReadyReason ?? "not ready")
        }
        defer { entered.subtract(1, ordering: .relaxed) }
        guard entered.add(1, ordering: .relaxed).newValue <= most else {
            metrics.queries.refused.add()
            return APIResponse.unavailable("too many queries are running (query.concurrency)")
        }
        metrics.queries.begin(run)
        let limits = state.configuration.query
        let facts = facts
        var context = APIContext(engine: open.engine, facts: facts, logLevels: logLevels) { [memory] in
            let budget = QueryBudget(
                maxRows: limits.maxRows, maxBytes: limits.maxBytes, maxSeries: limits.maxSeries,
                timeout: .milliseconds(limits.timeout), pool: memory)
            run.add(budget)
            return budget
        }
        context.alerts = open.alerts
        let answering = context
        let start = ContinuousClock.now
        let isPackable = request.headers.acceptsGzip
        let work: @Sendable () -> APIResponse = {
            if run.isCancelled { return APIResponse.unavailable("the client went away") }
            let response = route.handle(request, answering)
            return isPackable ? response.packed() : response
        }
        let response = (try? await pool.runIfActive(work)) ?? APIResponse.unavailable("the server is stopping")
        metrics.queries.end(
            run, QueryMetrics.API(template: route.template), status: response.status.code,
            duration: ContinuousClock.now - start)
        // The next query need not wait for this one's answer to be taken.
        if response.rest == nil { run.giveBack() }
        return response
    }

    /// The next piece of an answer that is being sent. Throws where the server stops.
    func next(of rest: any APIPieces) async throws -> [UInt8]? { try await pool.runIfActive { rest.next() } }
}

/// One query's budgets, so that it can be ended when its client is gone.
final class QueryRun: Sendable {
    private let box = Guarded((budgets: [QueryBudget](), isCancelled: false))

    var isCancelled: Bool { box.value.isCancelled }

    func add(_ budget: QueryBudget) {
        let isCancelled = box.withLock { value in
            value.budgets.append(budget)
            return value.isCancelled
        }
        if isCancelled { budget.cancel() }
    }

    /// Bytes held for the answer.
    var heldBytes: Int { box.value.budgets.reduce(0) { $0 + max(0, $1.bytes) } }

    /// Gives back what is held, once the answer is written.
    func giveBack() { for budget in box.value.budgets { budget.release(bytes: budget.bytes) } }

    /// What it cost, and which limits it passed.
    var outcome: (rows: Int, isOverBudget: Bool, isOutOfTime: Bool) {
        let budgets = box.value.budgets
        return (
            budgets.reduce(0) { $0 + $1.rows }, budgets.contains(where: \.wasExceeded),
            budgets.contains(where: \.wasOutOfTime)
        )
    }

    func cancel() {
        let budgets = box.withLock { value in
            value.isCancelled = true
            return value.budgets
        }
        for budget in budgets { budget.cancel() }
    }
}

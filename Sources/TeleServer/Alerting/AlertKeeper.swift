internal import TeleAlert
internal import TeleDisk
internal import TeleModel

/// The dispatcher behind its lock, with the ledger that follows it: what changes is queued for the ledger while the lock
/// is held, so that the file has the order of what happened, and one sync serves all that waits.
final class AlertKeeper: Sendable {
    private struct Queue {
        var entries: [AlertLedgerEntry] = []
        var lastError: DiskError?
    }

    private let dispatcher: Guarded<Dispatcher>
    private let queue = Guarded(Queue())
    private let thread = DiskThread(name: "tele-alerting")
    private let ledger: LedgerBox?

    /// Touched on the thread only.
    private final class LedgerBox: @unchecked Sendable {
        let ledger: AlertLedger
        init(_ ledger: AlertLedger) { self.ledger = ledger }
    }

    /// Reads what an earlier process left in the folder; without one nothing is kept. A disk that is full now may have
    /// space later: what can't be written yet is ``lastError``. Blocks.
    init(_ configuration: AlertingConfiguration, disk: any Disk, folder: String?, now: Int64) {
        let dispatcher = Guarded(Dispatcher(configuration))
        guard let folder else {
            (self.dispatcher, ledger, damagedEntries) = (dispatcher, nil, 0)
            return
        }
        let ledger = AlertLedger(disk: disk, folder: folder) { dispatcher.withLock { AlertKeeper.entries(of: $0) } }
        self.dispatcher = dispatcher
        self.ledger = LedgerBox(ledger)
        let entries = ledger.read()
        damagedEntries = ledger.damagedEntries
        dispatcher.withLock { AlertKeeper.restore(entries, into: &$0, now: now) }
        do throws(DiskError) { try ledger.rewrite() } catch { queue.withLock { $0.lastError = error } }
    }

    /// Of the ledger, at the start.
    let damagedEntries: Int

    func read<Result>(_ body: (Dispatcher) -> Result) -> Result { dispatcher.withLock { body($0) } }

    /// Changes the dispatcher; what has to be stored is, soon.
    func change<Result, Failure: Error>(
        _ body: (inout Dispatcher) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try changeAndStore { dispatcher throws(Failure) in (try body(&dispatcher), []) }
    }

    /// As ``change(_:)``; `body` also gives silences to be stored.
    func changeAndStore<Result, Failure: Error>(
        _ body: (inout Dispatcher) throws(Failure) -> (Result, [Silence])
    ) throws(Failure) -> Result {
        try dispatcher.withLock { dispatcher throws(Failure) in
            let (result, silences) = try body(&dispatcher)
            let entries = silences.map(AlertLedgerEntry.silence) + dispatcher.changes.map(AlertLedgerEntry.init)
            dispatcher.changes = []
            if !entries.isEmpty {
                queue.withLock { $0.entries += entries }
                thread.submit { [self] in store() }
            }
            return result
        }
    }

    /// Once all changes so far are durable; why they are not, otherwise. Never on the cooperative pool.
    func waitUntilStored() -> DiskError? {
        let done = Guarded(false)
        guard thread.submit({ done.update { $0 = true } }) else { return nil }
        _ = done.wait { $0 ? true : nil }
        return queue.withLock { $0.lastError }
    }

    func stored() async -> DiskError? {
        _ = await thread.run {}
        return queue.withLock { $0.lastError }
    }

    /// Writes everything anew, after a write that failed.
    func storeAgain() {
        thread.submit { [self] in
            guard lastError != nil, let ledger else { return }
            var failure: DiskError?
            do throws(DiskError) { try ledger.ledger.rewrite() } catch { failure = error }
            queue.withLock { $0.lastError = failure }
        }
    }

    var lastError: DiskError? { queue.withLock { $0.lastError } }

    /// Blocks until what is queued is stored.
    func stop() { thread.stop() }

    private func store() {
        let entries = queue.withLock { queue in
            defer { queue.entries = [] }
            return queue.entries
        }
        guard !entries.isEmpty, let ledger else { return }
        var failure: DiskError?
        do throws(DiskError) { try ledger.ledger.append(entries) } catch { failure = error }
        queue.withLock { $0.lastError = failure }
    }

    private static func entries(of dispatcher: Dispatcher) -> [AlertLedgerEntry] {
        dispatcher.alerts.values.map { .alert($0) } + dispatcher.records.map { .record($0.key, $0.value) }
            + dispatcher.silences.silences.values.map { .silence($0) }
    }

    private static func restore(_ entries: [AlertLedgerEntry], into dispatcher: inout Dispatcher, now: Int64) {
        var alerts: [LabelSet: HeldAlert] = [:]
        var records: [NotificationKey: NotificationRecord] = [:]
        var silences: [String: Silence] = [:]
        for entry in entries {
            switch entry {
            case .alert(let held): alerts[held.alert.labels] = held
            case .alertGone(let labels): alerts[labels] = nil
            case .record(let key, let record): records[key] = record
            case .recordGone(let key): records[key] = nil
            case .silence(let silence): silences[silence.id] = silence
            case .silenceGone(let id): silences[id] = nil
            }
        }
        for held in alerts.values { dispatcher.restore(held, now: now) }
        for (key, record) in records { dispatcher.restore(key, record, now: now) }
        for silence in silences.values { dispatcher.silences.restore(silence) }
        dispatcher.start(now: now)
    }
}

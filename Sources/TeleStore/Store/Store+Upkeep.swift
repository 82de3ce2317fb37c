internal import TeleDisk
internal import TeleEngine
internal import TeleModel

extension Store {
    /// Sets off what is due on the store's own threads; at most one job of a kind waits.
    func requestUpkeep() {
        guard let sealThread, let mergeThread else { return }
        let due = dueSeals(clearing: false)
        let (wantsSeal, wantsMerge) = upkeepFlags.withLock { flags -> (Bool, Bool) in
            let now = ContinuousClock.now
            // After a failure, and for retention's sake, not more often than this.
            let wantsSeal = !flags.isSealing && now >= flags.nextSeal && (!due.isEmpty || flags.isManifestStale)
            let wantsMerge = !flags.isMerging && now >= flags.nextMerge
            if wantsSeal { flags.isSealing = true }
            if wantsMerge { flags.isMerging = true }
            return (wantsSeal, wantsMerge)
        }
        if wantsSeal {
            sealThread.submit { [weak self] in
                guard let self else { return }
                refreshManifest()
                let worked = dueSeals(clearing: true).map { self.seal($0) }.allSatisfy { $0 }
                let isStale = state.withLock { $0.isManifestStale }
                Allocator.trim()
                upkeepFlags.update { flags in
                    flags.isSealing = false
                    flags.isManifestStale = isStale
                    flags.nextSeal = worked && !isStale ? .now : .now + .seconds(2)
                }
            }
        }
        if wantsMerge {
            mergeThread.submit { [weak self] in
                guard let self else { return }
                let merged = compact() && !state.withLock { $0.isClosing }
                retain()
                cleanDue()
                upkeepFlags.withLock { flags in
                    flags.isMerging = false
                    flags.nextMerge = .now + (merged ? .zero : .seconds(10))
                }
            }
        }
    }

    /// All that is due, on the caller's thread: for tests and ``StoreOptions/Drive/caller``.
    package func upkeep(sealAll: Bool = false) {
        refreshManifest()
        for signal in sealAll ? Signal.allCases : dueSeals(clearing: true) { seal(signal) }
        while compact() {}
        retain()
        cleanDue()
    }

    var sealBytes: Int { min(options.sealBytes, options.memoryBudget / 6) }

    /// Signals whose head is big or old enough, or all where the write-ahead log has grown too long.
    private func dueSeals(clearing: Bool) -> [Signal] {
        let (walBytes, wantsSeal) = log.withLock { log in
            defer { if clearing { log.wantsSeal = false } }
            return (log.wal.bytes, log.wantsSeal)
        }
        let sealBytes = sealBytes
        return state.withLock { state in
            let isPressed = state.headBytes > options.memoryBudget / 2
            return Signal.allCases.filter { signal in
                let bytes: Int
                let since: ContinuousClock.Instant?
                let isRetry: Bool
                switch signal {
                case .logs:
                    (bytes, since, isRetry) = (state.logs.head.bytes, state.logs.head.since, state.logs.sealing != nil)
                case .spans:
                    (bytes, since, isRetry) = (
                        state.spans.head.bytes, state.spans.head.since, state.spans.sealing != nil
                    )
                case .samples:
                    (bytes, since, isRetry) = (
                        state.samples.head.byteCount, state.samples.since, state.samples.sealing != nil
                    )
                }
                if isRetry { return true }
                guard let since else { return false }
                return wantsSeal || isPressed || bytes >= sealBytes || walBytes > options.walBytes
                    || since.duration(to: .now) >= options.sealAge
            }
        }
    }

    /// Changes what is kept, from now on: on disk at the next look, some seconds later at most.
    package func setRetention(_ signal: Signal, _ retention: StoreOptions.Retention) {
        state.withLock { $0.retention[signal.index] = retention }
        upkeepFlags.withLock { $0.nextMerge = .now }
    }

    /// What is kept of a signal.
    package func retention(_ signal: Signal) -> StoreOptions.Retention {
        state.withLock { $0.retention[signal.index] }
    }

    /// Drops segments that are too old or beyond the signal's bytes, the oldest first.
    func retain() {
        let now = options.clock()
        var removed: Set<UInt64> = []
        let (segments, retentions) = state.withLock { ($0.manifest.segments, $0.retention) }
        for signal in Signal.allCases {
            let retention = retentions[signal.index]
            var kept = segments.filter { $0.signal == signal }.sorted { $0.newestNanoseconds < $1.newestNanoseconds }
            if let seconds = retention.seconds {
                let age = seconds.multipliedReportingOverflow(by: 1_000_000_000)
                let limit = age.overflow || age.partialValue > now ? 0 : now - age.partialValue
                while let oldest = kept.first, oldest.newestNanoseconds < limit {
                    removed.insert(oldest.id)
                    kept.removeFirst()
                }
            }
            if let bytes = retention.bytes {
                var total = kept.reduce(0) { $0 + $1.bytes }
                while total > bytes, let oldest = kept.first, kept.count > 1 {
                    total -= oldest.bytes
                    removed.insert(oldest.id)
                    kept.removeFirst()
                }
            }
        }
        if removed.isEmpty { return }
        state.withLock { $0.droppedSegments += UInt64(removed.count) }
        publish(Edit(removed: removed))
    }
}

/// Which background jobs run or wait.
struct UpkeepFlags {
    var isSealing = false
    var isMerging = false
    var isManifestStale = false
    var nextSeal = ContinuousClock.now
    var nextMerge = ContinuousClock.now
}

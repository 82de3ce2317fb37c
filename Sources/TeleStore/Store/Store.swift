internal import TeleCodec
internal import TeleDisk
package import TeleEngine
internal import TeleModel

/// The embedded engine: a write-ahead log, heads in memory, immutable segments. TeleStore.docc/Storage.md tells the
/// layout, the invariants and the life of a segment.
///
/// Threads: callers encode and queue; one writer commits groups and applies them to the heads; one thread seals, one
/// merges and drops. Locks are taken in the order log, manifest, deletions, state, each for short but the log's, which a commit
/// holds over its write and sync.
package final class Store: StorageEngine {
    struct Log {
        var wal: WriteAheadLog
        var nextSequence: UInt64
        /// A sync of the background failed (durability `interval`): heads are sealed to make their data durable.
        var wantsSeal = false
    }

    let options: StoreOptions
    let disk: any Disk
    let log: Guarded<Log>
    /// Held while the manifest changes and is written.
    let manifestLock = Guarded<Void>(())
    /// Held while the deletions change and are written.
    let deletionsLock = Guarded<Void>(())
    let state: Guarded<StoreState>
    let queue = Guarded(CommitQueue())
    let upkeepFlags = Guarded(UpkeepFlags())
    let footers: FooterCache
    let damage: DamageLog
    private let folderLock: any FolderLock
    let sealThread: DiskThread?
    let mergeThread: DiskThread?
    private let writerThread: DiskThread?

    init(
        options: StoreOptions, disk: any Disk, lock: any FolderLock, log: Log, state: StoreState, footers: FooterCache,
        damage: DamageLog
    ) {
        self.options = options
        self.disk = disk
        self.log = Guarded(log)
        var state = state
        state.retention = Signal.allCases.map { options[$0] }
        self.state = Guarded(state)
        self.footers = footers
        self.damage = damage
        folderLock = lock
        let isThreaded = options.drive == .threads
        sealThread = isThreaded ? DiskThread(name: "tele-seal") : nil
        mergeThread = isThreaded ? DiskThread(name: "tele-merge") : nil
        writerThread = isThreaded ? DiskThread(name: "tele-wal") : nil
    }

    deinit { folderLock.release() }

    /// Starts the threads; once, after recovery.
    func start() {
        writerThread?.submit { [weak self] in
            // Weak between commits: a store that nobody closed ends when nobody has it.
            while let work = self?.commitNext(), work {}
        }
    }

    /// Counts what is kept of decoded blocks in the pool of queries from now on, which it gives way to.
    package func share(_ pool: MemoryPool) { footers.blocks.share(pool) }

    /// What the store is doing; cheap enough for a probe every second.
    package func status() -> StoreStatus {
        var status = StoreStatus()
        // Not the log itself: its lock is held over a sync, and probes come on cooperative threads.
        state.withLock { state in
            status.walFiles = state.wal.files
            status.walBytes = state.wal.bytes
            status.syncs = state.wal.figures.syncs
            status.syncNanoseconds = state.wal.figures.syncNanoseconds
            status.syncCounts = state.wal.figures.syncCounts
            status.abandonedWALFiles = state.wal.figures.abandonedFiles
            for signal in Signal.allCases {
                var part = StoreStatus.PerSignal()
                for entry in state.manifest.segments where entry.signal == signal {
                    part.segments += 1
                    part.segmentBytes += entry.bytes
                    part.segmentRows += entry.rows
                }
                part.appendedRows = state.appendedRows[signal.index]
                status[signal] = part
            }
            (status.logs.headRows, status.logs.headBytes) = (state.logs.rows, state.logs.bytes)
            (status.spans.headRows, status.spans.headBytes) = (state.spans.rows, state.spans.bytes)
            (status.samples.headRows, status.samples.headBytes) = (state.samples.rows, state.samples.bytes)
            status.commits = state.commits
            status.seals = state.seals
            status.compactions = state.compactions
            status.droppedSegments = state.droppedSegments
            status.isDiskFull = state.isDiskFull
            status.isClosing = state.isClosing
            status.upkeepFailure = state.upkeepFailure
            status.replayedRecords = state.replayedRecords
            status.brokenWALPlaces = state.brokenWALPlaces
            status.tornWALBytes = state.tornWALBytes
        }
        status.queuedBytes = queue.withLock { $0.bytes }
        status.damage = damage.entries
        status.blockCache = footers.blocks.figures
        return status
    }

    /// Refuses new appends, commits what waits, seals the heads and lets go of the folder. Where sealing fails, the
    /// write-ahead log has it all.
    package func close() async {
        state.withLock { $0.isClosing = true }
        queue.update { $0.isClosing = true }
        guard let sealThread, let mergeThread, let writerThread else {
            finish()
            return
        }
        // A thread of its own: the other ones are waited for.
        let closer = DiskThread(name: "tele-close")
        _ = await closer.run { [self] in
            writerThread.stop()
            mergeThread.stop()
            sealThread.stop()
            finish()
        }
        closer.stop()
    }

    private func finish() {
        log.withLock { log in try? log.wal.syncNow() }
        for signal in Signal.allCases { _ = seal(signal) }
        releaseLog(all: true)
        folderLock.release()
    }
}

internal import TeleDisk
package import TeleEngine
internal import TeleModel

extension Store {
    /// Seals what the signal's head holds, so that a deletion is a matter of segments alone, and writes it down. From
    /// then on new snapshots leave out what it selects of segments that hold nothing later.
    package func delete(_ deletion: Deletion, note: String) throws(EngineError) -> Tombstone {
        var bytes: [UInt8] = []
        deletion.encode(into: &bytes)
        guard bytes.count + note.utf8.count <= StoreLimits.deletionBytes else {
            throw .badBatch("a deletion of \(bytes.count + note.utf8.count) bytes: select with fewer words")
        }
        return try onThread(sealThread) { [self] () throws(EngineError) in
            let signal = deletion.signal
            if state.withLock({ $0.isSealing(signal) }) { try sealNow(signal) }
            try sealNow(signal)
            let created = options.clock()
            return try changeDeletions { deletions throws(EngineError) in
                guard deletions.hiding.count < StoreLimits.deletions else {
                    throw .badBatch("\(StoreLimits.deletions) deletions are in force: clean them first")
                }
                let through = state.withLock { $0.manifest.sealedThrough[signal.index] }
                return deletions.add(deletion, note: note, created: created, through: through)
            }
        }
    }

    package func tombstones() -> [Tombstone] {
        state.withLock { $0.deletions.entries.map(\.tombstone) }
    }

    package func cancelDeletion(_ id: UInt64) throws(EngineError) -> Bool {
        try onThread(sealThread) { [self] () throws(EngineError) in
            let found = state.withLock { $0.deletions.hiding.first { $0.tombstone.id == id } }
            guard let found, !found.isCleaning else { return false }
            return try changeDeletions { deletions in
                // It may have been taken up meanwhile.
                guard deletions.hiding.contains(where: { $0.tombstone.id == id && !$0.isCleaning }) else {
                    return false
                }
                deletions.remove(id)
                return true
            }
        }
    }

    package func cleanTombstones() throws(EngineError) {
        try onThread(mergeThread) { [self] () throws(EngineError) in try clean { _ in true } }
    }

    /// Those whose time to be cancelled is over.
    func cleanDue() {
        let now = options.clock()
        let hiding = state.withLock { $0.deletions.hiding }
        let isDue: (Deletions.Entry) -> Bool = { entry in
            now >= entry.tombstone.created && now - entry.tombstone.created >= StoreLimits.cancelNanoseconds
        }
        // What fails is tried again with the next merge.
        if hiding.contains(where: isDue) { try? clean(isDue) }
    }

    /// Makes what was appended so far segments that are in the manifest on disk.
    func sealNow(_ signal: Signal) throws(EngineError) {
        guard seal(signal), !state.withLock({ $0.isManifestStale }) else {
            let (isFull, failure) = state.withLock { ($0.isDiskFull, $0.upkeepFailure) }
            throw isFull ? .diskFull : .writeFailed(failure ?? "the head could not be sealed")
        }
    }

    /// Changes the deletions on disk, then in memory. Where writing fails they are as they were in memory; a crash may
    /// bring the change about all the same.
    func changeDeletions<Result>(
        _ change: (inout Deletions) throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        try deletionsLock.withLock { _ throws(EngineError) in
            var deletions = state.withLock { state in
                state.deletions.generation += 1
                return state.deletions
            }
            let result = try change(&deletions)
            do throws(DiskError) {
                try TwinFile<Deletions>(disk: disk, folder: options.path).store(deletions)
            } catch {
                throw Store.engineError(error)
            }
            state.withLock { $0.deletions = deletions }
            return result
        }
    }

    /// Runs work on one of the store's threads and waits for it; on the caller's where there are none.
    func onThread<Result: Sendable>(
        _ thread: DiskThread?, _ work: @escaping @Sendable () throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        if state.withLock({ $0.isClosing }) { throw .notReady("the server is stopping") }
        guard let thread else { return try work() }
        let box = Guarded<Swift.Result<Result, EngineError>?>(nil)
        let isQueued = thread.submit {
            let result = Swift.Result { () throws(EngineError) in try work() }
            box.update { $0 = result }
        }
        guard isQueued, let result = box.wait({ $0 }) else { throw .notReady("the server is stopping") }
        return try result.get()
    }
}

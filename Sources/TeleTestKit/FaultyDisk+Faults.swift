package import TeleDisk

extension FaultyDisk {
    package enum Operation: String, Sendable {
        case create, append, sync, rename, remove, link, truncate
        case syncFolder = "sync folder"
        case createFolder = "create folder"
    }

    /// Operations of one kind on paths that contain a text fail, `count` times, after `skip` that go well.
    package struct Fault: Sendable {
        package var operation: Operation
        package var path: String
        package var code: DiskError.Code
        package var skip: Int
        package var count: Int

        package init(_ operation: Operation, path: String, _ code: DiskError.Code, skip: Int = 0, count: Int = 1) {
            self.operation = operation
            self.path = path
            self.code = code
            self.skip = skip
            self.count = count
        }
    }

    package func inject(_ fault: Fault) { state.withLock { $0.faults.append(fault) } }

    /// The n-th changing operation from now on and all that follow fail: the power is gone.
    package func crash(afterOperations count: Int) { state.withLock { $0.crashAt = $0.operations + count } }

    package var hasCrashed: Bool { state.withLock { $0.hasCrashed } }
    /// Changing operations so far.
    package var operationCount: Int { state.withLock { $0.operations } }

    /// Power back on: what was not durable is lost as the seed says; open files and locks are gone.
    package func restart() { state.withLock { $0.crash() } }

    /// The process died, the machine lives: nothing is lost but locks.
    package func kill() { state.withLock { $0.endLife() } }

    /// Each changing operation fails with this probability from now on, until the end of this life.
    package func setFaultRate(_ rate: Double) { state.withLock { $0.faultRate = rate } }

    /// Operations that failed so far, of injected faults, the fault rate and want of space.
    package var failureCount: Int { state.withLock { $0.failures } }

    /// A failed sync left a file that a crash would change: what reads see of it is not what the disk has.
    package var hasLossyFiles: Bool {
        state.withLock { disk in disk.names.values.contains { disk.nodes[$0]?.isLossy == true } }
    }

    package var usedBytes: Int { state.withLock { $0.usedBytes } }

    /// Begins to watch how much is in use at most.
    package func resetPeak() { state.withLock { $0.peakBytes = $0.usedBytes } }

    package var peakBytes: Int { state.withLock { $0.peakBytes ?? 0 } }

    package func setCapacity(_ bytes: Int) { state.withLock { $0.capacity = bytes } }

    /// A sync, as told apart from others.
    package struct SyncEvent: Sendable {
        package var path: String
        package var isFolder: Bool
        /// Syncs of the same file before, since the last crash.
        package var earlierSyncs: Int
        /// By an opened file, not by the one that created it.
        package var isReader: Bool
        /// Nothing was made in the folder since it was locked: the sync belongs to a start.
        package var isStart: Bool
    }

    /// Lies about some syncs, to see that the simulation notices.
    package func ignoreSyncs(_ ignores: (@Sendable (SyncEvent) -> Bool)?) {
        state.withLock { $0.ignores = ignores }
    }

    /// Starts to note what is done, for ``trace``.
    package func startTrace() { state.withLock { $0.trace = [] } }
    package var trace: [String] { state.withLock { $0.trace ?? [] } }

    package var ignoredSyncs: Int { state.withLock { $0.ignoredSyncs } }

    package var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    package func contents(_ path: String) -> [UInt8]? {
        state.withLock { disk in disk.names[path].flatMap { disk.nodes[$0]?.bytes } }
    }

    /// Changes a file at rest.
    package func damage(_ path: String, _ change: (inout [UInt8]) -> Void) {
        state.withLock { disk in
            guard let node = disk.names[path], var file = disk.nodes[node] else { return }
            file.damage(change)
            disk.nodes[node] = file
        }
    }

    package func flipBit(_ path: String, byte: Int, bit: Int) {
        damage(path) { if byte < $0.count { $0[byte] ^= 1 << UInt8(bit & 7) } }
    }
}

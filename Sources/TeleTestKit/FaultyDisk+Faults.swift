package import TeleDisk

extension FaultyDisk {
    package enum Operation: String, Sendable {
        case create, append, sync, rename, remove, truncate
        case syncFolder = "sync folder"
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
    package func kill() {
        state.withLock { disk in
            disk.generation += 1
            disk.hasCrashed = false
            disk.crashAt = nil
            disk.faults = []
            disk.locks = []
        }
    }

    package func setCapacity(_ bytes: Int) { state.withLock { $0.capacity = bytes } }

    /// Lies about syncs, to see that the simulation notices.
    package func ignoreSyncs(files: Bool = false, folders: Bool = false) {
        state.withLock { disk in
            disk.ignoresSync = files
            disk.ignoresFolderSync = folders
        }
    }

    package var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    package func contents(_ path: String) -> [UInt8]? {
        state.withLock { disk in disk.names[path].flatMap { disk.nodes[$0]?.bytes } }
    }

    /// Changes a file at rest.
    package func damage(_ path: String, _ change: (inout [UInt8]) -> Void) {
        state.withLock { disk in
            guard let node = disk.names[path], var file = disk.nodes[node] else { return }
            change(&file.bytes)
            file.synced = file.bytes
            disk.nodes[node] = file
        }
    }

    package func flipBit(_ path: String, byte: Int, bit: Int) {
        damage(path) { if byte < $0.count { $0[byte] ^= 1 << UInt8(bit & 7) } }
    }
}

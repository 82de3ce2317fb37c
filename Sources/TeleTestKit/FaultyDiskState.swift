import TeleDisk

/// What ``FaultyDisk`` holds behind its lock.
struct FaultyDiskState {
    enum NameChange {
        case set(String, Int)
        case unset(String)
        case move(String, String, Int)
        case folder(String)
        case noFolder(String)
        case moveFolder(String, String)
    }

    var random: SeededGenerator
    var capacity: Int
    var nodes: [Int: FaultyNode] = [:]
    var names: [String: Int] = [:]
    var syncedNames: [String: Int] = [:]
    var folders: Set<String> = [""]
    var syncedFolders: Set<String> = [""]
    var pendingNames: [String: [NameChange]] = [:]
    /// Folders that files were made in since the disk was last locked: tells the syncs of a start from later ones.
    var changedFolders: Set<String> = []
    var locks: Set<String> = []
    var nextNode = 1
    /// Files and locks of an earlier life do nothing any more.
    var generation = 0
    var hasCrashed = false
    var operations = 0
    var crashAt: Int?
    var faults: [FaultyDisk.Fault] = []
    /// How likely each changing operation is to fail, beside what was injected.
    var faultRate = 0.0
    var ignores: (@Sendable (FaultyDisk.SyncEvent) -> Bool)?
    var ignoredSyncs = 0
    var failures = 0
    /// The most that was in use since someone began to watch.
    var peakBytes: Int?
    /// What was done, a line each, where someone wants to know.
    var trace: [String]?

    init(seed: UInt64, capacity: Int) {
        random = SeededGenerator(seed: seed)
        self.capacity = capacity
    }

    var usedBytes: Int {
        let live = Set(names.values)
        return nodes.reduce(0) { live.contains($1.key) ? $0 + $1.value.bytes.count : $0 }
    }

    // MARK: Operations

    /// Counts an operation that changes the disk; throws where it is the one to crash at or to fail.
    mutating func begin(_ operation: FaultyDisk.Operation, _ path: String) throws(DiskError) {
        operations += 1
        if let crashAt, operations >= crashAt { hasCrashed = true }
        defer { trace?.append("\(operations) \(operation.rawValue) \(path)\(hasCrashed ? ": the power is gone" : "")") }
        if hasCrashed { throw DiskError(.io, operation.rawValue, path, number: -1) }
        if let code = injected(operation, path) {
            failures += 1
            trace?.append("fails: \(code)")
            throw DiskError(code, operation.rawValue, path)
        }
        if faultRate > 0, random.chance(faultRate) {
            failures += 1
            trace?.append("fails")
            throw DiskError(random.chance(0.3) ? .noSpace : .io, operation.rawValue, path)
        }
    }

    private mutating func injected(_ operation: FaultyDisk.Operation, _ path: String) -> DiskError.Code? {
        guard let index = faults.firstIndex(where: { $0.operation == operation && path.contains($0.path) }) else {
            return nil
        }
        if faults[index].skip > 0 {
            faults[index].skip -= 1
            return nil
        }
        let code = faults[index].code
        faults[index].count -= 1
        if faults[index].count <= 0 { faults.remove(at: index) }
        return code
    }

    func beginRead(_ operation: String, _ path: String) throws(DiskError) {
        if hasCrashed { throw DiskError(.io, operation, path, number: -1) }
    }

    /// Changes names: also where the operation fails, sometimes, since a device error and a crash may come after it.
    mutating func change(
        _ operation: FaultyDisk.Operation, _ path: String, _ body: (inout FaultyDiskState) -> Void
    ) throws(DiskError) {
        let isLast = !hasCrashed
        do throws(DiskError) {
            try begin(operation, path)
        } catch {
            if isLast, error.code == .io, random.chance(0.5) { body(&self) }
            throw error
        }
        body(&self)
    }

    mutating func makeNode() -> Int {
        nodes[nextNode] = FaultyNode()
        nextNode += 1
        return nextNode - 1
    }

    mutating func log(_ change: NameChange, in folder: String) { pendingNames[folder, default: []].append(change) }

    mutating func commitNames(in folder: String) {
        let event = FaultyDisk.SyncEvent(
            path: folder, isFolder: true, earlierSyncs: 0, isReader: false, isStart: !changedFolders.contains(folder))
        if let ignores, ignores(event) {
            ignoredSyncs += 1
            return
        }
        for change in pendingNames.removeValue(forKey: folder) ?? [] { apply(change) }
    }

    private mutating func apply(_ change: NameChange) {
        switch change {
        case .set(let path, let node): syncedNames[path] = node
        case .unset(let path): syncedNames[path] = nil
        case .move(let path, let target, let node):
            syncedNames[path] = nil
            syncedNames[target] = node
        case .folder(let path): syncedFolders.insert(path)
        case .noFolder(let path): syncedFolders.remove(path)
        case .moveFolder(let path, let target):
            syncedFolders = FaultyDiskState.moved(syncedFolders, path, target)
            syncedFolders.insert(target)
            syncedNames = FaultyDiskState.moved(syncedNames, path, target)
        }
    }

    mutating func append(_ bytes: [UInt8], node: Int, path: String) throws(DiskError) {
        let wasAlive = !hasCrashed
        do throws(DiskError) {
            try begin(.append, path)
        } catch {
            // A failed write leaves any part of its bytes behind.
            if wasAlive { nodes[node]?.append(bytes.prefix(random.below(bytes.count + 1))) }
            throw error
        }
        let free = capacity == .max ? Int.max : capacity - usedBytes
        if bytes.count > free {
            nodes[node]?.append(bytes.prefix(Swift.max(0, free)))
            failures += 1
            throw DiskError(.noSpace, "append to", path)
        }
        nodes[node]?.append(bytes)
        if let peak = peakBytes { peakBytes = max(peak, usedBytes) }
    }

    mutating func sync(node: Int, path: String, isReader: Bool) throws(DiskError) {
        guard var file = nodes[node] else { return }
        let wasAlive = !hasCrashed
        defer { nodes[node] = file }
        do throws(DiskError) {
            try begin(.sync, path)
        } catch {
            // The power went while it was being done, or it failed, and all is called clean.
            if wasAlive { if hasCrashed { if random.chance(0.3) { file.sync() } } else { file.failSync(&random) } }
            throw error
        }
        let event = FaultyDisk.SyncEvent(
            path: path, isFolder: false, earlierSyncs: file.syncs, isReader: isReader,
            isStart: !changedFolders.contains(FaultyDisk.folder(of: path)))
        if let ignores, ignores(event) {
            ignoredSyncs += 1
            file.skipSync()
            return
        }
        file.sync()
    }

    // MARK: Crash

    mutating func crash() {
        endLife()
        let before = names.mapValues { nodes[$0]?.bytes.count ?? 0 }
        let chances: [Double] = [0, 1, 0.5, 0.5, 0.8]
        for folder in pendingNames.keys.sorted() {
            let chance = chances[random.below(chances.count)]
            for change in pendingNames[folder] ?? [] where random.chance(chance) { apply(change) }
        }
        pendingNames = [:]
        folders = syncedFolders.filter { hasParents($0) }
        syncedFolders = folders
        syncedNames = syncedNames.filter { folders.contains(FaultyDisk.folder(of: $0.key)) }
        names = syncedNames
        let live = Set(names.values)
        for id in nodes.keys.sorted() {
            if live.contains(id) { nodes[id]?.crash(&random) } else { nodes[id] = nil }
        }
        for path in Set(before.keys).union(names.keys).sorted() where trace != nil {
            let after = names[path].flatMap { nodes[$0]?.bytes.count }
            let sizes = [before[path], after].map { $0.map(String.init) ?? "none" }
            trace?.append("crash: \(path) of \(sizes[0]) bytes, now \(sizes[1])")
        }
    }

    private func hasParents(_ folder: String) -> Bool {
        var folder = folder
        while !folder.isEmpty {
            folder = FaultyDisk.folder(of: folder)
            if !syncedFolders.contains(folder) { return false }
        }
        return true
    }

    mutating func endLife() {
        trace?.append("the process ends")
        generation += 1
        hasCrashed = false
        crashAt = nil
        faults = []
        faultRate = 0
        locks = []
        changedFolders = []
    }
}

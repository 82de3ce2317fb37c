import TeleDisk

/// What ``FaultyDisk`` holds behind its lock.
struct FaultyDiskState {
    struct Node {
        /// What reads see.
        var bytes: [UInt8] = []
        /// What a crash keeps for sure.
        var synced: [UInt8] = []
        /// Parts of `bytes` that a failed sync marked clean though they never reached the disk.
        var lost: [Range<Int>] = []
    }

    enum NameChange {
        case set(String, Int)
        case unset(String)
        case move(String, String, Int)
    }

    var random: SeededGenerator
    var capacity: Int
    var nodes: [Int: Node] = [:]
    var names: [String: Int] = [:]
    var syncedNames: [String: Int] = [:]
    var folders: Set<String> = []
    var pendingNames: [String: [NameChange]] = [:]
    var locks: Set<String> = []
    var nextNode = 1
    /// Files and locks of an earlier life do nothing any more.
    var generation = 0
    var hasCrashed = false
    var operations = 0
    var crashAt: Int?
    var faults: [FaultyDisk.Fault] = []
    var ignoresSync = false
    var ignoresFolderSync = false

    init(seed: UInt64, capacity: Int) {
        random = SeededGenerator(seed: seed)
        self.capacity = capacity
    }

    var usedBytes: Int {
        let live = Set(names.values)
        return nodes.reduce(0) { live.contains($1.key) ? $0 + $1.value.bytes.count : $0 }
    }

    /// Counts an operation that changes the disk; throws where it is the one to crash at or to fail.
    mutating func begin(_ operation: FaultyDisk.Operation, _ path: String) throws(DiskError) {
        operations += 1
        if let crashAt, operations >= crashAt { hasCrashed = true }
        if hasCrashed { throw DiskError(.io, operation.rawValue, path, number: -1) }
        guard let index = faults.firstIndex(where: { $0.operation == operation && path.contains($0.path) }) else {
            return
        }
        if faults[index].skip > 0 {
            faults[index].skip -= 1
            return
        }
        let code = faults[index].code
        faults[index].count -= 1
        if faults[index].count <= 0 { faults.remove(at: index) }
        throw DiskError(code, operation.rawValue, path)
    }

    func beginRead(_ operation: String, _ path: String) throws(DiskError) {
        if hasCrashed { throw DiskError(.io, operation, path, number: -1) }
    }

    mutating func makeNode() -> Int {
        nodes[nextNode] = Node()
        nextNode += 1
        return nextNode - 1
    }

    mutating func log(_ change: NameChange, in folder: String) { pendingNames[folder, default: []].append(change) }

    mutating func commitNames(in folder: String) {
        if ignoresFolderSync { return }
        for change in pendingNames.removeValue(forKey: folder) ?? [] { apply(change) }
    }

    private mutating func apply(_ change: NameChange) {
        switch change {
        case .set(let path, let node): syncedNames[path] = node
        case .unset(let path): syncedNames[path] = nil
        case .move(let path, let target, let node):
            syncedNames[path] = nil
            syncedNames[target] = node
        }
    }

    /// Nodes without a name stay while the crash could bring the name back or a file is open: kept until restart.
    mutating func collect() {}

    mutating func append(_ bytes: [UInt8], node: Int, path: String) throws(DiskError) {
        do throws(DiskError) {
            try begin(.append, path)
        } catch {
            // A failed write leaves any part of its bytes behind.
            let part = random.below(bytes.count + 1)
            nodes[node]?.bytes.append(contentsOf: bytes.prefix(part))
            throw error
        }
        let free = capacity == .max ? Int.max : capacity - usedBytes
        if bytes.count > free {
            nodes[node]?.bytes.append(contentsOf: bytes.prefix(Swift.max(0, free)))
            throw DiskError(.noSpace, "append to", path)
        }
        nodes[node]?.bytes.append(contentsOf: bytes)
    }

    mutating func sync(node: Int, path: String) throws(DiskError) {
        guard var file = nodes[node] else { return }
        do throws(DiskError) {
            try begin(.sync, path)
        } catch {
            // Pages are clean after a failed sync, whatever became of them.
            let from = Swift.min(file.synced.count, file.bytes.count)
            if from < file.bytes.count, !hasCrashed { file.lost.append(from..<file.bytes.count) }
            nodes[node] = file
            throw error
        }
        if ignoresSync { return }
        let before = file.synced.count
        if before <= file.bytes.count {
            file.synced.append(contentsOf: file.bytes[before...])
        } else {
            file.synced = file.bytes
        }
        for range in file.lost {
            for i in range.clamped(to: 0..<file.synced.count) { file.synced[i] = 0 }
        }
        nodes[node] = file
    }

    mutating func crash() {
        generation += 1
        hasCrashed = false
        crashAt = nil
        faults = []
        locks = []
        for folder in pendingNames.keys.sorted() {
            let changes = pendingNames[folder] ?? []
            for change in changes.prefix(random.below(changes.count + 1)) { apply(change) }
        }
        pendingNames = [:]
        names = syncedNames
        let live = Set(names.values)
        for id in nodes.keys.sorted() {
            guard live.contains(id), var file = nodes[id] else {
                nodes[id] = nil
                continue
            }
            file.bytes = survived(file)
            file.synced = file.bytes
            file.lost = []
            nodes[id] = file
        }
    }

    /// The synced part, then sectors that are there or zero, up to a length between the synced and the written one.
    private mutating func survived(_ file: Node) -> [UInt8] {
        guard file.bytes.count > file.synced.count else {
            return file.synced.count > file.bytes.count ? file.bytes : file.synced
        }
        var kept = file.synced
        let length = file.synced.count + random.below(file.bytes.count - file.synced.count + 1)
        var at = kept.count
        while at < length {
            let end = Swift.min(length, (at / FaultyDisk.sectorBytes + 1) * FaultyDisk.sectorBytes)
            let isLost = file.lost.contains { $0.contains(at) }
            if !isLost, random.chance(0.6) {
                kept.append(contentsOf: file.bytes[at..<end])
            } else {
                kept.append(contentsOf: repeatElement(0, count: end - at))
            }
            at = end
        }
        return kept
    }
}

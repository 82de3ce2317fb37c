package import TeleDisk

/// A disk in memory that fails as real ones do, from a seed. What was not synced is lost in a crash, torn at sector
/// size, or survives; names that were not synced with their folder come and go; a failed sync drops what it should have
/// written and says so once; full disks, short writes, device errors and flipped bits are made to order.
///
/// Model, where file systems differ the harsher one:
/// 1. A file's content since its last successful sync survives a crash sector by sector, each kept or zero; its length
///    is anything between the synced and the written one.
/// 2. The changes of one folder (create, rename, remove, link) since its last sync survive as a prefix: file systems
///    keep their order. Folders are independent of each other.
/// 3. A sync of a file does not make its name durable.
package final class FaultyDisk: Disk {
    package static let sectorBytes = 512

    let state: Guarded<FaultyDiskState>

    package init(seed: UInt64, capacity: Int = .max) {
        state = Guarded(FaultyDiskState(seed: seed, capacity: capacity))
    }

    package func create(_ path: String) throws(DiskError) -> any DiskFile {
        try state.withLock { disk throws(DiskError) in
            try disk.begin(.create, path)
            guard disk.names[path] == nil else { throw DiskError(.exists, "create", path) }
            let folder = FaultyDisk.folder(of: path)
            guard disk.folders.contains(folder) else { throw DiskError(.notFound, "create", path) }
            let node = disk.makeNode()
            disk.names[path] = node
            disk.log(.set(path, node), in: folder)
            return FaultyFile(path: path, node: node, disk: self, generation: disk.generation)
        }
    }

    package func open(_ path: String) throws(DiskError) -> any DiskFile {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("open", path)
            guard let node = disk.names[path] else { throw DiskError(.notFound, "open", path) }
            return FaultyFile(path: path, node: node, disk: self, generation: disk.generation)
        }
    }

    package func rename(_ path: String, to target: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.begin(.rename, path)
            guard let node = disk.names.removeValue(forKey: path) else { throw DiskError(.notFound, "rename", path) }
            disk.names[target] = node
            disk.log(.move(path, target, node), in: FaultyDisk.folder(of: target))
        }
    }

    package func remove(_ path: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.begin(.remove, path)
            guard disk.names.removeValue(forKey: path) != nil else { throw DiskError(.notFound, "remove", path) }
            disk.log(.unset(path), in: FaultyDisk.folder(of: path))
            disk.collect()
        }
    }

    package func link(_ path: String, to target: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.begin(.create, target)
            guard let node = disk.names[path] else { throw DiskError(.notFound, "link", path) }
            guard disk.names[target] == nil else { throw DiskError(.exists, "link", target) }
            disk.names[target] = node
            disk.log(.set(target, node), in: FaultyDisk.folder(of: target))
        }
    }

    package func syncFolder(_ path: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.begin(.syncFolder, path)
            disk.commitNames(in: path)
        }
    }

    package func createFolder(_ path: String) throws(DiskError) {
        // Folders are made once, before anything is stored: kept at once.
        state.withLock { disk in
            var folder = path
            while !folder.isEmpty, disk.folders.insert(folder).inserted { folder = FaultyDisk.folder(of: folder) }
        }
    }

    package func list(_ folder: String) throws(DiskError) -> [FolderEntry] {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("list", folder)
            guard disk.folders.contains(folder) else { throw DiskError(.notFound, "list", folder) }
            var entries: [FolderEntry] = []
            for (path, node) in disk.names where FaultyDisk.folder(of: path) == folder {
                let name = String(path.dropFirst(folder.count + 1))
                entries.append(FolderEntry(name: name, isFolder: false, size: disk.nodes[node]?.bytes.count ?? 0))
            }
            for path in disk.folders where FaultyDisk.folder(of: path) == folder && path != folder {
                entries.append(FolderEntry(name: String(path.dropFirst(folder.count + 1)), isFolder: true, size: 0))
            }
            return entries.sorted { $0.name < $1.name }
        }
    }

    package func space(_ folder: String) throws(DiskError) -> DiskSpace {
        state.withLock { disk in
            let used = disk.usedBytes
            return DiskSpace(free: disk.capacity - Swift.min(used, disk.capacity), total: disk.capacity)
        }
    }

    package func lock(_ folder: String) throws(DiskError) -> any FolderLock {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("lock", folder)
            guard disk.locks.insert(folder).inserted else { throw DiskError(.locked, "lock", folder) }
            return FaultyLock(folder: folder, disk: self, generation: disk.generation)
        }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path[..<slash])
    }
}

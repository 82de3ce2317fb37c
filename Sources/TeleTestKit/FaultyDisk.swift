package import TeleDisk

/// A disk in memory that fails as real ones do, from a seed. What was not synced is lost in a crash, torn at sector
/// size, or survives; names that were not synced with their folder come and go; a failed sync drops what it should have
/// written and says so once; full disks, short writes, device errors and flipped bits are made to order.
///
/// Model, where file systems differ the harsher one:
/// 1. Of what was written to a file since its last sync a crash keeps any subset of sectors (``FaultyNode``), and any
///    length between.
/// 2. Of the changes of a folder (create, rename, remove, link, folder) since its last sync a crash keeps any subset;
///    a rename is one change. Folders are independent of each other.
/// 3. A sync of a file does not make its name durable, nor a sync of a folder that of the folder itself.
/// 4. An operation that fails with a device error, or during which the power goes, may have been done all the same.
package final class FaultyDisk: Disk {
    package static let sectorBytes = 512

    let state: Guarded<FaultyDiskState>

    package init(seed: UInt64, capacity: Int = .max) {
        state = Guarded(FaultyDiskState(seed: seed, capacity: capacity))
    }

    package func create(_ path: String) throws(DiskError) -> any DiskFile {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("create", path)
            guard disk.names[path] == nil else { throw DiskError(.exists, "create", path) }
            let folder = FaultyDisk.folder(of: path)
            guard disk.folders.contains(folder) else { throw DiskError(.notFound, "create", path) }
            let node = disk.makeNode()
            try disk.change(.create, path) { disk in
                disk.names[path] = node
                disk.changedFolders.insert(folder)
                disk.log(.set(path, node), in: folder)
            }
            return FaultyFile(path: path, node: node, disk: self, generation: disk.generation, isReader: false)
        }
    }

    package func open(_ path: String) throws(DiskError) -> any DiskFile {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("open", path)
            guard let node = disk.names[path] else { throw DiskError(.notFound, "open", path) }
            return FaultyFile(path: path, node: node, disk: self, generation: disk.generation, isReader: true)
        }
    }

    package func rename(_ path: String, to target: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("rename", path)
            if disk.folders.contains(path) { return try disk.moveFolder(path, to: target) }
            guard let node = disk.names[path] else { throw DiskError(.notFound, "rename", path) }
            try disk.change(.rename, path) { disk in
                disk.names[path] = nil
                disk.names[target] = node
                disk.changedFolders.insert(FaultyDisk.folder(of: target))
                disk.log(.move(path, target, node), in: FaultyDisk.folder(of: target))
            }
        }
    }

    package func remove(_ path: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("remove", path)
            guard disk.names[path] != nil else { throw DiskError(.notFound, "remove", path) }
            try disk.change(.remove, path) { disk in
                disk.names[path] = nil
                disk.log(.unset(path), in: FaultyDisk.folder(of: path))
            }
        }
    }

    package func link(_ path: String, to target: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("link", path)
            guard let node = disk.names[path] else { throw DiskError(.notFound, "link", path) }
            guard disk.names[target] == nil else { throw DiskError(.exists, "link", target) }
            let folder = FaultyDisk.folder(of: target)
            guard disk.folders.contains(folder) else { throw DiskError(.notFound, "link", target) }
            try disk.change(.link, target) { disk in
                disk.names[target] = node
                disk.changedFolders.insert(folder)
                disk.log(.set(target, node), in: folder)
            }
        }
    }

    package func syncFolder(_ path: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            let wasAlive = !disk.hasCrashed
            let folder = path == "." ? "" : path
            guard disk.folders.contains(folder) else { throw DiskError(.notFound, "sync", path) }
            do throws(DiskError) {
                try disk.begin(.syncFolder, path)
            } catch {
                if wasAlive, disk.hasCrashed, disk.random.chance(0.3) { disk.commitNames(in: folder) }
                throw error
            }
            disk.commitNames(in: folder)
        }
    }

    package func createFolder(_ path: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("create", path)
            var missing: [String] = []
            var folder = path
            while !disk.folders.contains(folder) {
                missing.append(folder)
                folder = FaultyDisk.folder(of: folder)
            }
            for folder in missing.reversed() {
                try disk.change(.createFolder, folder) { disk in
                    disk.folders.insert(folder)
                    disk.log(.folder(folder), in: FaultyDisk.folder(of: folder))
                }
            }
        }
    }

    package func removeFolder(_ path: String) throws(DiskError) {
        try state.withLock { disk throws(DiskError) in
            try disk.beginRead("remove", path)
            try disk.removeFolder(path)
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
            for path in disk.folders where !path.isEmpty && FaultyDisk.folder(of: path) == folder {
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
            disk.changedFolders = []
            return FaultyLock(folder: folder, disk: self, generation: disk.generation)
        }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path[..<slash])
    }
}

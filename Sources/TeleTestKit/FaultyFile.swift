import TeleDisk

/// An open file of a ``FaultyDisk``; of no use after the restart.
final class FaultyFile: DiskFile {
    let path: String
    private let node: Int
    private let disk: FaultyDisk
    private let generation: Int
    /// Opened, not created.
    private let isReader: Bool

    init(path: String, node: Int, disk: FaultyDisk, generation: Int, isReader: Bool) {
        self.path = path
        self.node = node
        self.isReader = isReader
        self.disk = disk
        self.generation = generation
    }

    private func check(_ disk: FaultyDiskState, _ operation: String) throws(DiskError) {
        if disk.generation != generation { throw DiskError(.io, operation, path, number: -1) }
    }

    func append(_ bytes: [UInt8]) throws(DiskError) {
        try disk.state.withLock { disk throws(DiskError) in
            try check(disk, "append to")
            try disk.append(bytes, node: node, path: path)
        }
    }

    func sync() throws(DiskError) {
        try disk.state.withLock { disk throws(DiskError) in
            try check(disk, "sync")
            try disk.sync(node: node, path: path, isReader: isReader)
        }
    }

    func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8] {
        try disk.state.withLock { disk throws(DiskError) in
            try check(disk, "read")
            try disk.beginRead("read", path)
            guard let bytes = disk.nodes[node]?.bytes, offset >= 0, count >= 0, offset <= bytes.count,
                count <= bytes.count - offset
            else { throw DiskError(.endOfFile, "read", path) }
            return Array(bytes[offset..<offset + count])
        }
    }

    func size() throws(DiskError) -> Int {
        try disk.state.withLock { disk throws(DiskError) in
            try check(disk, "look at")
            try disk.beginRead("look at", path)
            return disk.nodes[node]?.bytes.count ?? 0
        }
    }

    func truncate(to size: Int) throws(DiskError) {
        try disk.state.withLock { disk throws(DiskError) in
            try check(disk, "cut")
            try disk.begin(.truncate, path)
            if size >= 0 { disk.nodes[node]?.truncate(to: size) }
        }
    }
}

final class FaultyLock: FolderLock {
    private let folder: String
    private let disk: FaultyDisk
    private let generation: Int

    init(folder: String, disk: FaultyDisk, generation: Int) {
        self.folder = folder
        self.disk = disk
        self.generation = generation
    }

    func release() {
        disk.state.withLock { disk in
            if disk.generation == generation { disk.locks.remove(folder) }
        }
    }
}

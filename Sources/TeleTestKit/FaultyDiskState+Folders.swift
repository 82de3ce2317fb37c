import TeleDisk

/// Folders that are renamed, with all that is in them, and removed: changes of the folder above.
extension FaultyDiskState {
    private static func moved(_ path: String, _ from: String, _ to: String) -> String {
        if path == from { return to }
        return path.hasPrefix(from + "/") ? to + path.dropFirst(from.count) : path
    }

    static func moved(_ folders: Set<String>, _ from: String, _ to: String) -> Set<String> {
        Set(folders.map { moved($0, from, to) })
    }

    static func moved<Value>(_ names: [String: Value], _ from: String, _ to: String) -> [String: Value] {
        Dictionary(names.map { (moved($0, from, to), $1) }, uniquingKeysWith: { $1 })
    }

    mutating func moveFolder(_ path: String, to target: String) throws(DiskError) {
        guard !folders.contains(target), names[target] == nil else { throw DiskError(.exists, "rename", path) }
        try change(.rename, path) { disk in
            disk.folders = FaultyDiskState.moved(disk.folders, path, target)
            disk.names = FaultyDiskState.moved(disk.names, path, target)
            // What waits within it goes with it.
            for folder in disk.pendingNames.keys.filter({ $0 == path || $0.hasPrefix(path + "/") }) {
                let changes = disk.pendingNames.removeValue(forKey: folder) ?? []
                disk.pendingNames[FaultyDiskState.moved(folder, path, target)] = changes.map { change in
                    func new(_ name: String) -> String { FaultyDiskState.moved(name, path, target) }
                    return switch change {
                    case .set(let name, let node): .set(new(name), node)
                    case .unset(let name): .unset(new(name))
                    case .move(let name, let other, let node): .move(new(name), new(other), node)
                    case .folder(let name): .folder(new(name))
                    case .noFolder(let name): .noFolder(new(name))
                    case .moveFolder(let name, let other): .moveFolder(new(name), new(other))
                    }
                }
            }
            disk.log(.moveFolder(path, target), in: FaultyDisk.folder(of: target))
        }
    }

    mutating func removeFolder(_ path: String) throws(DiskError) {
        guard folders.contains(path) else { throw DiskError(.notFound, "remove", path) }
        let isEmpty =
            !names.keys.contains { $0.hasPrefix(path + "/") } && !folders.contains { $0.hasPrefix(path + "/") }
        guard isEmpty else { throw DiskError(.exists, "remove", path) }
        try change(.remove, path) { disk in
            disk.folders.remove(path)
            disk.log(.noFolder(path), in: FaultyDisk.folder(of: path))
        }
    }
}

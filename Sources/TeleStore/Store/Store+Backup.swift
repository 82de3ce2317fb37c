internal import TeleDisk
package import TeleEngine
internal import TeleModel

/// Copies of a running store: `snapshots/<time>-<random>`, each a data folder by itself whose segments are second names
/// of the store's own. They take no space until the store drops or merges what they name.
extension Store {
    static let backupFolder = "snapshots"

    /// Everything that was acknowledged before the call is in it (`withHeads`), nothing of it twice.
    package func takeBackup(withHeads: Bool) throws(EngineError) -> BackupCopy {
        try onThread(sealThread) { [self] () throws(EngineError) in
            for signal in Signal.allCases where withHeads {
                if state.withLock({ $0.isSealing(signal) }) { try sealNow(signal) }
                try sealNow(signal)
            }
            let time = CivilDate.compact(unixNanoseconds: options.clock())
            let name = "\(time)-\(Hex.string(UInt64.random(in: 1...UInt64.max)))"
            let root = "\(options.path)/\(Store.backupFolder)"
            do throws(DiskError) {
                try disk.createFolder(root)
                try disk.syncFolder(options.path)
                try copy(to: "\(root)/\(name).tmp")
                try disk.rename("\(root)/\(name).tmp", to: "\(root)/\(name)")
                try disk.syncFolder(root)
            } catch {
                disk.removeBackup("\(root)/\(name).tmp")
                throw Store.engineError(error)
            }
            return BackupCopy(name: name, path: "\(root)/\(name)")
        }
    }

    package func backups() throws(EngineError) -> [BackupCopy] {
        let root = "\(options.path)/\(Store.backupFolder)"
        do throws(DiskError) {
            return try disk.list(root).filter { $0.isFolder && !$0.name.hasSuffix(".tmp") }
                .map { BackupCopy(name: $0.name, path: "\(root)/\($0.name)") }
        } catch {
            if error.code == .notFound { return [] }
            throw Store.engineError(error)
        }
    }

    /// All of it is durable when it returns, but for the folder's own name.
    private func copy(to target: String) throws(DiskError) {
        for folder in Signal.allCases.map(\.folder) { try disk.createFolder("\(target)/\(folder)") }
        // No file goes meanwhile: they go after a manifest, and that is written with the lock held.
        try manifestLock.withLock { _ throws(DiskError) in
            let (manifest, deletions) = state.withLock { ($0.manifest, $0.deletions) }
            for entry in manifest.segments {
                do throws(DiskError) {
                    try disk.link("\(options.path)/\(entry.path)", to: "\(target)/\(entry.path)")
                } catch {
                    // What is missing here is missing there, and reported there too.
                    if error.code != .notFound { throw error }
                }
            }
            for folder in Signal.allCases.map(\.folder) { try disk.syncFolder("\(target)/\(folder)") }
            try TwinFile<Manifest>(disk: disk, folder: target).store(manifest)
            if !deletions.entries.isEmpty { try TwinFile<Deletions>(disk: disk, folder: target).store(deletions) }
        }
    }
}

extension Disk {
    /// Removes an unfinished copy; what can't be removed stays for the next start.
    func removeBackup(_ path: String) {
        for item in (try? list(path)) ?? [] {
            if item.isFolder {
                for file in (try? list("\(path)/\(item.name)")) ?? [] {
                    try? remove("\(path)/\(item.name)/\(file.name)")
                }
                try? removeFolder("\(path)/\(item.name)")
            } else {
                try? remove("\(path)/\(item.name)")
            }
        }
        try? removeFolder(path)
    }

    /// Removes the unfinished copies in a data folder.
    func removeUnfinishedBackups(of folder: String) {
        let root = "\(folder)/\(Store.backupFolder)"
        for item in (try? list(root)) ?? [] where item.name.hasSuffix(".tmp") { removeBackup("\(root)/\(item.name)") }
    }
}

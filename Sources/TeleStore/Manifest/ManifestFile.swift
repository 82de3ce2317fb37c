internal import TeleDisk

/// The manifest on disk: two copies (`manifest`, `manifest.copy`), each written beside, synced and renamed, so that one
/// damaged copy costs nothing. Files that a manifest no longer names are removed only after both copies are written:
/// so either copy is a true description of what is there.
struct ManifestFile {
    static let names = ["manifest", "manifest.copy"]

    let disk: any Disk
    let folder: String

    enum Loaded {
        case none
        /// The newest readable copy, and whether the other one is the same.
        case manifest(Manifest, isEven: Bool)
        case newerVersion(UInt32)
        /// There are copies, and none is readable.
        case damaged
    }

    func load() throws(DiskError) -> Loaded {
        var best: Manifest?
        var damaged = 0
        var missing = 0
        var differs = false
        for name in ManifestFile.names {
            let bytes: [UInt8]
            do throws(DiskError) {
                let file = try disk.open("\(folder)/\(name)")
                let size = try file.size()
                guard size <= StoreLimits.manifestBytes else {
                    damaged += 1
                    continue
                }
                bytes = try file.read(at: 0, count: size)
            } catch {
                if error.code == .notFound {
                    missing += 1
                } else if error.code == .io {
                    damaged += 1
                } else {
                    throw error
                }
                continue
            }
            do throws(Manifest.ReadFailure) {
                let manifest = try Manifest(encoded: bytes)
                if let known = best, known != manifest { differs = true }
                if manifest.generation >= best?.generation ?? 0 { best = manifest }
            } catch {
                if case .newerVersion(let version) = error { return .newerVersion(version) }
                damaged += 1
            }
        }
        if let best { return .manifest(best, isEven: damaged == 0 && missing == 0 && !differs) }
        return missing == ManifestFile.names.count ? .none : .damaged
    }

    func store(_ manifest: Manifest) throws(DiskError) {
        let bytes = manifest.encode()
        for name in ManifestFile.names {
            let path = "\(folder)/\(name)"
            try? disk.remove("\(path).tmp")
            let file = try disk.create("\(path).tmp")
            do throws(DiskError) {
                try file.append(bytes)
                try file.sync()
                try disk.rename("\(path).tmp", to: path)
            } catch {
                try? disk.remove("\(path).tmp")
                throw error
            }
        }
        try disk.syncFolder(folder)
    }
}

internal import TeleDisk

/// What a ``TwinFile`` keeps.
protocol TwinContent {
    /// Of the two copies, within the data folder.
    static var names: [String] { get }
    /// Rises with every change: of two readable copies the higher one counts.
    var generation: UInt64 { get }
    func encode() -> [UInt8]
    init(encoded bytes: [UInt8]) throws(TwinFailure)
}

enum TwinFailure: Error, Equatable {
    case newerVersion(UInt32)
    case damaged
}

/// A small file in two copies, each written beside, synced and renamed, so that one damaged copy costs nothing, and
/// either is a true description at every moment.
struct TwinFile<Content: TwinContent> {
    let disk: any Disk
    let folder: String

    enum Loaded {
        case none
        /// The newest readable copy, and whether the other one is the same.
        case content(Content, isEven: Bool)
        case newerVersion(UInt32)
        /// There are copies, and none is readable.
        case damaged
    }

    func load() throws(DiskError) -> Loaded {
        var best: (content: Content, bytes: [UInt8])?
        var damaged = 0
        var missing = 0
        var differs = false
        for name in Content.names {
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
            do throws(TwinFailure) {
                let content = try Content(encoded: bytes)
                if let best, best.bytes != bytes { differs = true }
                if content.generation >= best?.content.generation ?? 0 { best = (content, bytes) }
            } catch {
                if case .newerVersion(let version) = error { return .newerVersion(version) }
                damaged += 1
            }
        }
        if let best { return .content(best.content, isEven: damaged == 0 && missing == 0 && !differs) }
        return missing == Content.names.count ? .none : .damaged
    }

    func store(_ content: Content) throws(DiskError) {
        let bytes = content.encode()
        for name in Content.names {
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

import TeleCodec

/// Bodies of requests in files, until the collector takes them.
///
/// Layout: `DIRECTORY/N.lock`, held by the process that owns `DIRECTORY/N/` (N from 0), and in that
/// `<unix ns, 20 digits>-<number>-<records>.<signal>`: the body, then its CRC-32 in 4 bytes, least significant first. A
/// file that ends in `.tmp` was being written when its process died.
///
/// A start takes the first free N for its own and, with their locks, all others that no living process holds: what is in
/// them is sent as if it were its own. What a crash of this process leaves is safe in the kernel; nothing here waits for a
/// disk, so that a loss of power may take the last seconds.
final class SpillFolder: Sendable {
    struct File: Sendable, Equatable {
        var path: String
        var records: UInt64
        var bytes: Int
    }

    private let settings: TeleConfiguration.Spill
    private let state = Locked(State())

    private struct State: Sendable {
        var folder: String?
        var locks: [Int32] = []
        /// Oldest first.
        var files: [Signal: [File]] = [:]
        var bytes = 0
        var next = 0
        var opening: Task<Void, Never>?
    }

    /// Processes that may share a folder.
    static let places = 32

    init(_ settings: TeleConfiguration.Spill) { self.settings = settings }

    /// Returns when the folder is ready, or it is known that it can't be had.
    func open() async {
        let task = state.withLock { state in
            let task = state.opening ?? Task.detached { await BlockingWork.run { self.takePlaces() } }
            state.opening = task
            return task
        }
        await task.value
    }

    func first(_ signal: Signal) -> File? { state.withLock { $0.files[signal]?.first } }

    func totals(_ signal: Signal) -> (records: UInt64, bytes: Int) {
        state.withLock { state -> (records: UInt64, bytes: Int) in
            var sum: (records: UInt64, bytes: Int) = (0, 0)
            for file in state.files[signal, default: []] {
                sum.records &+= file.records
                sum.bytes += file.bytes
            }
            return sum
        }
    }

    /// - Returns: false when there is no room or the disk does not take it.
    func store(_ body: [UInt8], records: UInt64, of signal: Signal) async -> Bool {
        let size = body.count + 4
        let path: String? = state.withLock { state in
            guard let folder = state.folder, state.bytes + size <= settings.bytes else { return nil }
            state.bytes += size
            state.next += 1
            let time = String(UnixTime.now())
            let padded = String(repeating: "0", count: max(0, 20 - time.utf8.count)) + time
            return "\(folder)/\(padded)-\(state.next)-\(records).\(signal.rawValue)"
        }
        guard let path else { return false }
        let isStored = await BlockingWork.run {
            SmallFile.write(body + Checksum.crc32(body).littleEndianBytes, to: path)
        }
        state.withLock { state in
            if isStored {
                state.files[signal, default: []].append(File(path: path, records: records, bytes: size))
            } else {
                state.bytes -= size
            }
        }
        return isStored
    }

    /// nil when the file is damaged or gone.
    func load(_ file: File) async -> [UInt8]? {
        await BlockingWork.run {
            guard let bytes = SmallFile.bytes(file.path), bytes.count >= 4 else { return nil }
            let body = Array(bytes.dropLast(4))
            return Checksum.crc32(body).littleEndianBytes == Array(bytes.suffix(4)) ? body : nil
        }
    }

    func remove(_ file: File, of signal: Signal) async {
        state.withLock { state in
            guard let at = state.files[signal]?.firstIndex(of: file) else { return }
            state.files[signal]?.remove(at: at)
            state.bytes -= file.bytes
        }
        await BlockingWork.run { SmallFile.remove(file.path) }
    }

    /// Lets other processes have what is left.
    func close() {
        let locks = state.withLock { state in
            defer { (state.locks, state.folder) = ([], nil) }
            return state.locks
        }
        for lock in locks { SmallFile.release(lock) }
    }

    private func takePlaces() {
        guard SmallFile.makeFolder(settings.directory) else { return }
        var own: String?
        var locks: [Int32] = []
        var found: [(Signal, File)] = []
        for place in 0..<Self.places {
            let folder = "\(settings.directory)/\(place)"
            let names = SmallFile.names(folder)
            if own != nil, names?.isEmpty ?? true { continue }
            guard let lock = SmallFile.lock("\(folder).lock") else { continue }
            guard own != nil || SmallFile.makeFolder(folder) else {
                SmallFile.release(lock)
                continue
            }
            locks.append(lock)
            if own == nil { own = folder }
            for name in SmallFile.names(folder) ?? [] {
                if let file = Self.file(name, in: folder) {
                    found.append(file)
                } else if name.hasSuffix(".tmp") {
                    SmallFile.remove("\(folder)/\(name)")
                }
            }
        }
        found.sort { Self.name($0.1.path) < Self.name($1.1.path) }
        state.withLock { state in
            state.folder = own
            state.locks = locks
            for (signal, file) in found {
                state.files[signal, default: []].append(file)
                state.bytes += file.bytes
            }
        }
    }

    private static func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }

    /// What the name says; nil for a file that is not ours.
    private static func file(_ name: String, in folder: String) -> (Signal, File)? {
        let parts = name.split(separator: ".")
        guard parts.count == 2, let signal = Signal(rawValue: String(parts[1])),
            let records = parts[0].split(separator: "-").last.flatMap({ UInt64($0) }),
            records <= UInt64(ClientLimits.spilledRecords)
        else { return nil }
        let path = "\(folder)/\(name)"
        return (signal, File(path: path, records: records, bytes: SmallFile.size(path)))
    }
}

extension UInt32 {
    fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

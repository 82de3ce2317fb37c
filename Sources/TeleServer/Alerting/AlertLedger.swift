internal import TeleCodec
internal import TeleDisk

/// What delivery must not forget, as a file that grows by what changed and is written anew when most of it is over.
///
/// | bytes | what |
/// |---|---|
/// | 8 | `TELEALR1` |
/// | 4 + 4 + n, repeated | length, CRC-32 of what follows (little endian), one ``AlertLedgerEntry`` |
///
/// 1. An entry counts from the sync of its append on. Of entries with the same key the last one counts.
/// 2. The file is written beside (`ledger.new`), synced, renamed, and the folder synced: at each start, where it has
///    grown to several times what is in force, and after a write that failed, since a file whose sync failed is given up.
/// 3. A torn end is dropped. An entry that does not hold its checksum costs itself only.
///
/// Used by one thread.
final class AlertLedger {
    private static let magic = Array("TELEALR1".utf8)
    /// No entry is longer: an alert's labels and annotations are bounded, a record has 8 bytes an alert of its group.
    private static let entryBytes = 16 << 20
    private static let fileBytes = 1 << 30
    /// Growth that is not worth a rewrite.
    private static let slack = 4 << 20

    private let disk: any Disk
    private let folder: String
    private let current: () -> [AlertLedgerEntry]
    private var file: (any DiskFile)?
    private var size = 0
    private var sizeInForce = 0

    /// Entries that were unreadable at the start.
    private(set) var damagedEntries = 0

    /// `current` gives everything that is in force.
    init(disk: any Disk, folder: String, current: @escaping () -> [AlertLedgerEntry]) {
        self.disk = disk
        self.folder = folder
        self.current = current
    }

    /// What an earlier process left, in order. Call ``rewrite()`` once it is taken over. A file that can't be read is set
    /// aside as `ledger.unreadable`: it never keeps the server from starting.
    func read() -> [AlertLedgerEntry] {
        let bytes: [UInt8]
        do throws(DiskError) {
            let file = try disk.open(path)
            bytes = try file.read(at: 0, count: min(try file.size(), AlertLedger.fileBytes))
        } catch {
            if error.code == .notFound { return [] }
            damagedEntries += 1
            try? disk.rename(path, to: path + ".unreadable")
            return []
        }
        guard bytes.starts(with: AlertLedger.magic) else {
            damagedEntries += 1
            return []
        }
        var out: [AlertLedgerEntry] = []
        var at = AlertLedger.magic.count
        while bytes.count - at >= 8 {
            let length = AlertLedger.number(bytes, at)
            guard length <= AlertLedger.entryBytes, length <= bytes.count - at - 8 else { break }
            let payload = Array(bytes[at + 8..<at + 8 + length])
            if UInt32(AlertLedger.number(bytes, at + 4)) == Checksum.crc32(payload),
                let entry = AlertLedgerEntry(bytes: payload)
            {
                out.append(entry)
            } else {
                damagedEntries += 1
            }
            at += 8 + length
        }
        return out
    }

    /// Durable when it returns.
    func append(_ entries: [AlertLedgerEntry]) throws(DiskError) {
        guard let file else { return try rewrite() }
        var bytes: [UInt8] = []
        for entry in entries { AlertLedger.frame(entry, to: &bytes) }
        do throws(DiskError) {
            try file.append(bytes)
            try file.sync()
        } catch {
            self.file = nil
            throw error
        }
        size += bytes.count
        if size > AlertLedger.slack + 4 * sizeInForce { try rewrite() }
    }

    /// Writes what is in force to a new file that takes the old one's place.
    func rewrite() throws(DiskError) {
        file = nil
        try disk.createDurableFolder(folder)
        let new = path + ".new"
        do throws(DiskError) { try disk.remove(new) } catch { if error.code != .notFound { throw error } }
        let next = try disk.create(new)
        var bytes = AlertLedger.magic
        for entry in current() { AlertLedger.frame(entry, to: &bytes) }
        try next.append(bytes)
        try next.sync()
        try disk.rename(new, to: path)
        try disk.syncFolder(folder)
        (file, size, sizeInForce) = (next, bytes.count, bytes.count)
    }

    private var path: String { folder + "/ledger" }

    private static func frame(_ entry: AlertLedgerEntry, to bytes: inout [UInt8]) {
        let payload = entry.bytes
        bytes.append(uint32: UInt32(payload.count))
        bytes.append(uint32: Checksum.crc32(payload))
        bytes += payload
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}

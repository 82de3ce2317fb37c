internal import TeleCodec
internal import TeleDisk
internal import TeleEngine

/// The files of the write-ahead log: appends groups of records, and lets files go once segments hold what is in them.
/// Used by one thread at a time (the store keeps it behind a lock). ``WALFormat`` has layout and invariants.
final class WriteAheadLog {
    struct Record {
        var sequence: UInt64
        var signal: Signal
        var payload: [UInt8]
        var payloadSum: UInt32
    }

    struct ClosedFile: Equatable {
        var number: UInt64
        var lastSequence: UInt64
        var bytes: Int
    }

    private struct OpenFile {
        var file: any DiskFile
        var number: UInt64
        /// What was written whole and, with durability `fsync`, synced.
        var committed: Int
        var synced: Int
        var lastSequence: UInt64 = 0
    }

    struct Figures: Equatable {
        var syncs = 0
        var syncNanoseconds: UInt64 = 0
        /// A count a bound of ``StoreStatus/syncBounds``, and one for what is above them all.
        var syncCounts = [Int](repeating: 0, count: StoreStatus.syncBounds.count + 1)
        var abandonedFiles = 0
    }

    struct Overview: Equatable {
        var figures = Figures()
        var files = 0
        var bytes = 0
    }

    private let disk: any Disk
    private let folder: String
    private let fileBytes: Int
    private(set) var closed: [ClosedFile]
    private var current: OpenFile?
    private var nextNumber: UInt64
    /// What the next file's header says of the file before it.
    private var previousNumber: UInt64?
    private var previousLength: Int
    private var previousDurable: Int
    private(set) var figures = Figures()
    /// A sync failed: what was acknowledged before it (durability `interval`) may not be durable.
    private(set) var hasLostSync = false

    init(
        disk: any Disk, folder: String, fileBytes: Int, closed: [ClosedFile], nextNumber: UInt64,
        previousNumber: UInt64?, previousLength: Int, previousDurable: Int
    ) {
        self.disk = disk
        self.folder = folder
        self.fileBytes = fileBytes
        self.closed = closed
        self.nextNumber = nextNumber
        self.previousNumber = previousNumber
        self.previousLength = previousLength
        self.previousDurable = previousDurable
    }

    var bytes: Int { closed.reduce(current?.committed ?? 0) { $0 + $1.bytes } }
    var fileCount: Int { closed.count + (current == nil ? 0 : 1) }
    var overview: Overview { Overview(figures: figures, files: fileCount, bytes: bytes) }
    var hasUnsynced: Bool { current.map { $0.synced < $0.committed } ?? false }

    /// Writes all records with one write and, where asked, one sync. Where it throws, none of them counts: the file is
    /// given up and the next one's header says so.
    func append(_ records: [Record], sync: Bool) throws(DiskError) {
        if let open = current, open.committed >= fileBytes {
            try syncNow()
            close()
        }
        var open: OpenFile
        if let current { open = current } else { open = try openFile() }
        current = open
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.reduce(0) { $0 + $1.payload.count + WALFormat.recordHeaderBytes })
        for record in records {
            WALFormat.RecordHeader(
                length: record.payload.count, sequence: record.sequence, durable: UInt64(open.synced),
                signal: record.signal, payloadSum: record.payloadSum
            ).encode(into: &bytes)
            bytes.append(contentsOf: record.payload)
        }
        do throws(DiskError) {
            try open.file.append(bytes)
            if sync { try timedSync(open.file) }
        } catch {
            abandon()
            throw error
        }
        open.committed += bytes.count
        if sync { open.synced = open.committed }
        open.lastSequence = records.last?.sequence ?? open.lastSequence
        current = open
    }

    /// Syncs what was appended without; on failure the file is given up.
    func syncNow() throws(DiskError) {
        guard let open = current, open.synced < open.committed else { return }
        do throws(DiskError) {
            try timedSync(open.file)
        } catch {
            hasLostSync = true
            abandon()
            throw error
        }
        current?.synced = open.committed
    }

    /// Lets go of files that hold nothing after the sequence number; the open one only when `all`.
    func release(through sequence: UInt64, all: Bool) {
        if all, let open = current, open.lastSequence <= sequence { close() }
        hasLostSync = hasLostSync && closed.contains { $0.lastSequence > sequence }
        while let first = closed.first, first.lastSequence <= sequence {
            // A file that stays behind is replayed to no effect: its records are known to be in segments.
            try? disk.remove("\(folder)/\(WALFormat.name(first.number))")
            closed.removeFirst()
        }
    }

    private func timedSync(_ file: any DiskFile) throws(DiskError) {
        let start = ContinuousClock.now
        try file.sync()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        let nanoseconds = UInt64(clamping: attoseconds / 1_000_000_000) &+ UInt64(clamping: seconds) &* 1_000_000_000
        figures.syncs += 1
        figures.syncNanoseconds &+= nanoseconds
        let bucket = StoreStatus.syncBounds.firstIndex { Double(nanoseconds) <= $0 * 1e9 }
        figures.syncCounts[bucket ?? StoreStatus.syncBounds.count] += 1
    }

    private func openFile() throws(DiskError) -> OpenFile {
        let number = nextNumber
        // Never tried twice: a failed attempt may have left a file of this name.
        nextNumber += 1
        let path = "\(folder)/\(WALFormat.name(number))"
        let header = WALFormat.FileHeader(
            number: number, previousNumber: previousNumber, previousLength: UInt64(previousLength),
            previousDurable: UInt64(previousDurable))
        let file = try disk.create(path)
        do throws(DiskError) {
            try file.append(header.encode())
            try file.sync()
            try disk.syncFolder(folder)
        } catch {
            try? disk.remove(path)
            throw error
        }
        return OpenFile(
            file: file, number: number, committed: WALFormat.fileHeaderBytes, synced: WALFormat.fileHeaderBytes)
    }

    private func abandon() {
        guard let open = current else { return }
        figures.abandonedFiles += 1
        try? open.file.truncate(to: open.committed)
        close()
    }

    private func close() {
        guard let open = current else { return }
        closed.append(ClosedFile(number: open.number, lastSequence: open.lastSequence, bytes: open.committed))
        previousNumber = open.number
        previousLength = open.committed
        previousDurable = open.synced
        current = nil
    }
}

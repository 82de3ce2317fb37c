internal import TeleCodec
internal import TeleDisk

/// Writes one segment file beside its final name and publishes it on disk; the manifest comes after.
/// Use: append blocks and sections, then ``finish(lastSequence:replaces:)``, or ``discard()``.
final class SegmentWriter {
    let id: UInt64
    let signal: Signal
    private let disk: any Disk
    private let root: String
    private let file: any DiskFile
    private var offset: Int
    private var buffer: [UInt8]
    private(set) var footer = SegmentFooter()
    private static let bufferBytes = 1 << 20

    init(disk: any Disk, root: String, signal: Signal, id: UInt64) throws(DiskError) {
        self.disk = disk
        self.root = root
        self.signal = signal
        self.id = id
        let path = "\(root)/\(signal.folder)/\(SegmentEntry.name(id: id)).tmp"
        try? disk.remove(path)
        file = try disk.create(path)
        buffer = SegmentFormat.header(signal)
        offset = buffer.count
    }

    func append(_ block: EncodedBlock) throws(DiskError) {
        footer.blocks.append(
            SegmentFooter.Block(offset: offset, sum: Checksum.crc32(block.bytes), meta: block.meta))
        footer.rows += UInt64(block.meta.rows)
        footer.minTime = min(footer.minTime, block.meta.minTime)
        footer.maxTime = max(footer.maxTime, block.meta.maxTime)
        try write(block.bytes)
    }

    /// Bytes with a layout and checksums of their own; ``closeOwnSection(_:)`` says what they were.
    func appendOwn(_ bytes: [UInt8]) throws(DiskError) { try write(bytes) }

    /// All since the header is one section that checks itself.
    func closeOwnSection(_ kind: UInt32) {
        let start = SegmentFormat.headerBytes
        footer.sections.append(SegmentFooter.Section(kind: kind, offset: start, length: offset - start, sum: 0))
    }

    /// What the segment as a whole holds, for signals whose data is an own section.
    func setCoverage(rows: Int, minTime: UInt64, maxTime: UInt64) {
        footer.rows = UInt64(rows)
        footer.minTime = minTime
        footer.maxTime = maxTime
    }

    func appendSection(_ kind: UInt32, _ bytes: [UInt8]) throws(DiskError) {
        footer.sections.append(
            SegmentFooter.Section(kind: kind, offset: offset, length: bytes.count, sum: Checksum.crc32(bytes)))
        try write(bytes)
    }

    private func write(_ bytes: [UInt8]) throws(DiskError) {
        offset += bytes.count
        buffer.append(contentsOf: bytes)
        if buffer.count >= SegmentWriter.bufferBytes {
            try file.append(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    /// Footer, trailer, sync, rename, folder sync: the file is there for good when this returns.
    func finish(lastSequence: UInt64, replaces: [UInt64] = []) throws(DiskError) -> SegmentEntry {
        footer.lastSequence = lastSequence
        footer.replaces = replaces
        let bytes = footer.encode()
        let sum = Checksum.crc32(bytes)
        let trailer = SegmentFormat.Trailer(footerOffset: offset, footerLength: bytes.count, footerSum: sum)
        try write(bytes + trailer.encode())
        try file.append(buffer)
        buffer = []
        try file.sync()
        let entry = SegmentEntry(
            signal: signal, id: id, minTime: footer.minTime, maxTime: footer.maxTime, rows: footer.rows,
            bytes: UInt64(offset), lastSequence: lastSequence, footerSum: sum)
        try disk.rename("\(root)/\(entry.path).tmp", to: "\(root)/\(entry.path)")
        try disk.syncFolder("\(root)/\(signal.folder)")
        return entry
    }

    /// Gives up: removes what was written.
    func discard() { try? disk.remove("\(root)/\(signal.folder)/\(SegmentEntry.name(id: id)).tmp") }
}

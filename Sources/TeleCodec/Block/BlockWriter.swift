/// Pages one after another, then the directory: varint number of pages, for each its kind, varint column number,
/// varint length and CRC-32; last the CRC-32 of the directory itself.
struct BlockWriter {
    private(set) var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var pages = 0

    mutating func page(_ kind: PageKind, column: Int = 0, _ body: (inout [UInt8]) -> Void) {
        let start = bytes.count
        body(&bytes)
        directory.append(kind.rawValue)
        directory.append(varint: column)
        directory.append(varint: bytes.count - start)
        directory.append(uint32: Checksum.crc32(bytes.span.extracting(start..<bytes.count)))
        pages += 1
    }

    /// Ends the block and says in the meta where the directory is.
    mutating func finish(_ meta: inout BlockMeta) -> [UInt8] {
        meta.directoryOffset = bytes.count
        var end: [UInt8] = []
        end.append(varint: pages)
        end.append(contentsOf: directory)
        end.append(uint32: Checksum.crc32(end))
        bytes.append(contentsOf: end)
        meta.byteCount = bytes.count
        return bytes
    }
}
